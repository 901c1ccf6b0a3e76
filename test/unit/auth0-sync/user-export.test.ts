import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mirrorKeys } from '../../../src/auth0-sync/mirror-key.js';
import { UnusableExport, UserExport } from '../../../src/auth0-sync/user-export.js';

describe('an export of users', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'foothold-export-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const read = async (file: string): Promise<string[]> => {
    const subjects: string[] = [];
    for await (const { subject } of new UserExport(file, 'app_metadata', mirrorKeys('local')).people()) {
      subjects.push(subject);
    }
    return subjects;
  };
  const written = async (text: string): Promise<string> => {
    const file = path.join(folder, 'users.json');
    await writeFile(file, text);
    return file;
  };
  const refusalOf = async (file: string): Promise<unknown> => read(file).catch((error: unknown) => error);

  it('is read a line at a time, empty ones left out', async () => {
    const file = await written('{"user_id":"auth0|a","app_metadata":{}}\n\n{"user_id":"auth0|b"}\n');
    expect(await read(file)).toEqual(['auth0|a', 'auth0|b']);
  });

  it.each([
    ['not json', '{"user_id":"auth0|a","app_metadata":{}}\nuser_id,email\n', /^Line 2 of .* is no user/],
    ['somebody without an id', '{"email":"a@b.example"}\n', /^Line 1 of .* is no user/],
    ['no metadata', '{"user_id":"auth0|a"}\n', /^Nobody in .* has app_metadata.*Add the field app_metadata/],
  ])('is refused with %s', async (_, text, told) => {
    const refusal = await refusalOf(await written(text));
    expect(refusal).toBeInstanceOf(UnusableExport);
    expect((refusal as Error).message).toMatch(told);
  });

  it('is refused where there is no file to read', async () => {
    expect(await refusalOf(path.join(folder, 'none.json'))).toMatchObject({
      name: 'UnusableExport',
      message: expect.stringMatching(/none\.json cannot be opened: ENOENT/),
    });
    expect(await refusalOf(folder)).toMatchObject({
      name: 'UnusableExport',
      message: expect.stringMatching(/cannot be read: EISDIR/),
    });
  });
});
