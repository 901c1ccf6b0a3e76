// Prints Redocly's findings for the OpenAPI document on standard input, as JSON. A process of its own: the package is ESM.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { text } from 'node:stream/consumers';

const config = await createConfig({ extends: ['recommended'] });
const findings = await lintFromString({
  source: await text(process.stdin),
  absoluteRef: '/openapi.json',
  config,
});
const lines = findings.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`);
console.log(JSON.stringify(lines));
