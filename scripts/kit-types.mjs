// Checks with are-the-types-wrong that the packed kit's types resolve as its code does. Usage: node scripts/kit-types.mjs <tarball>
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { readFileSync } from 'node:fs';

const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(process.argv[2]))));
if (!result.types) throw new Error('The package has no types.');

/** It is ESM only: CommonJS needs a Node that can require ESM, and nobody resolves its entries as Node 10 did. */
const isMeant = ({ kind, resolutionKind }) =>
  kind === 'CJSResolvesToESM' || (kind === 'NoResolution' && resolutionKind === 'node10');

const faults = result.problems.filter((problem) => !isMeant(problem));
for (const fault of faults) console.error(JSON.stringify(fault));
if (faults.length) process.exit(1);
