import path from 'node:path';
import ts from 'typescript';

const FOLDER = path.resolve(__dirname, '../../../client/kit/src');

/** Each program must fail to compile with exactly one error; the first must compile. */
const PRELUDE = `
import { createOnboarding, defineFlow, useOnboarding, useStep } from './index.js';
const tour = defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profile'] } } });
`;
const PROGRAMS: Readonly<Record<string, string>> = {
  'right keys': `useOnboarding(tour).complete('profile'); useStep(tour, 'project'); createOnboarding(tour).useStep('profile');
    const key: 'profile' | 'project' | null = useOnboarding(tour).currentStep; void key;`,
  'a typo in an action': `useOnboarding(tour).complete('profil');`,
  'a typo in can': `useOnboarding(tour).can('complete', 'profil');`,
  'a typo in useStep': `useStep(tour, 'profil');`,
  'a typo in a bound hook': `createOnboarding(tour).useStep('profil');`,
  'a typo in requires': `defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profil'] } } });`,
  'a comparison with no step': `if (useOnboarding(tour).currentStep === 'profil') throw new Error();`,
  'save without data': `useOnboarding(tour).save('profile');`,
};

describe('the types of the hooks', () => {
  const faults = new Map<string, string[]>();

  beforeAll(() => {
    const files = new Map(
      Object.entries(PROGRAMS).map(([name, text], index) => [
        path.join(FOLDER, `planted-${index}.ts`),
        { name, source: PRELUDE + text },
      ]),
    );
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      jsx: ts.JsxEmit.ReactJSX,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
      skipLibCheck: true,
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.fileExists = (file) => files.has(file) || fileExists(file);
    host.readFile = (file) => files.get(file)?.source ?? readFile(file);
    host.getSourceFile = (file, ...rest) => {
      const planted = files.get(file);
      return planted ? ts.createSourceFile(file, planted.source, rest[0]) : getSourceFile(file, ...rest);
    };
    const program = ts.createProgram([...files.keys()], options, host);
    for (const [file, { name }] of files) {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      faults.set(
        name,
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      );
    }
  });

  it('take the keys of the flow', () => {
    expect(faults.get('right keys')).toEqual([]);
  });

  it.each(Object.keys(PROGRAMS).slice(1))('refuse %s', (name) => {
    expect(faults.get(name)).toHaveLength(1);
  });
});
