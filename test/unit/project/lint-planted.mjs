// Lints code as if it stood in the given file of this repository, with the rules of the environment's wall only
// (the others need the file to be part of the TypeScript program). In: JSON [{ file, code }] on standard input.
// Out: JSON, for each the names of the rules that fired. A process of its own, because ESLint loads its configuration
// by a dynamic import, which Jest cannot do.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  overrideConfig: { languageOptions: { parserOptions: { project: false } } },
});

const planted = JSON.parse(await text(process.stdin));
const fired = [];
for (const { file, code } of planted) {
  const [result] = await eslint.lintText(code, { filePath: file });
  fired.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(fired));
