import path from 'node:path';
import ts from 'typescript';

/** Beside the kit's `index.ts`, so that its files are found. */
const FOLDER = path.resolve(__dirname, '../../../client/kit/src');

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  jsx: ts.JsxEmit.ReactJSX,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  skipLibCheck: true,
};

/** What the compiler says of each program, by its name. A program is the text of a module in the kit's folder. */
export function compile(programs: Readonly<Record<string, string>>): Map<string, string[]> {
  const files = new Map(
    Object.entries(programs).map(([name, source], index) => [
      path.join(FOLDER, `planted-${index}.tsx`),
      { name, source },
    ]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.source ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const planted = files.get(file);
    return planted ? ts.createSourceFile(file, planted.source, rest[0]) : getSourceFile(file, ...rest);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return new Map(
    [...files].map(([file, { name }]) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [name, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
}
