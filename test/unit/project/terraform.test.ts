import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from '@cdktn/hcl2json';

const folder = resolve(__dirname, '../../../docs/auth0/terraform');
const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));

/** Blocks by kind, type and name, as Terraform's own parser reads them. */
type Blocks = Readonly<Record<string, Readonly<Record<string, any>>>>;

async function parsed(text: string): Promise<Blocks> {
  return (await parse('example.tf', text)) as Blocks;
}

/** What is used and not there, and what is there and not used. Terraform's own check needs Auth0's provider. */
async function faultsIn(text: string): Promise<string[]> {
  const { resource = {}, variable = {} } = await parsed(text);
  const resources = Object.entries(resource).flatMap(([type, named]) =>
    Object.keys(named as object).map((name) => `${type}.${name}`),
  );
  const found = (pattern: RegExp): Set<string> => new Set([...text.matchAll(pattern)].map(([, name]) => name!));
  const usedResources = found(/(?<![\w".])(auth0_\w+\.\w+)/g);
  const usedVariables = found(/\bvar\.(\w+)/g);
  const usedFiles = found(/file\("\$\{path\.module\}\/([^"]+)"\)/g);
  return [
    ...[...usedResources].filter((name) => !resources.includes(name)).map((name) => `no resource ${name}`),
    ...[...usedVariables].filter((name) => !(name in variable)).map((name) => `no variable ${name}`),
    ...Object.keys(variable)
      .filter((name) => !usedVariables.has(name))
      .map((name) => `variable ${name} is not used`),
    ...[...usedFiles].filter((name) => !existsSync(join(folder, name))).map((name) => `no file ${name}`),
  ];
}

const example = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

describe('the Terraform example', () => {
  it('parses, and refers to nothing that is not there', async () => {
    expect(await faultsIn(example)).toEqual([]);
  });

  it.each([
    ['resource "auth0_role" "a" { name = var.typo }', 'no variable typo'],
    ['resource "auth0_role" "a" { name = auth0_client.b.id }', 'no resource auth0_client.b'],
    ['resource "auth0_action" "a" { code = file("${path.module}/typo.js") }', 'no file typo.js'],
    ['variable "a" {}', 'variable a is not used'],
  ])('would not pass with %s', async (text, fault) => {
    expect(await faultsIn(text)).toEqual([fault]);
  });

  it('would not parse with an open block', async () => {
    await expect(parsed('resource "auth0_role" "a" {')).rejects.toThrow(/not closed|block/i);
  });

  it('gives the service exactly the settings that .env.example knows', async () => {
    const known = readFileSync(resolve(folder, '../../../.env.example'), 'utf8');
    const outputs = Object.keys((await parsed(example))['output'] ?? {}).filter((name) => /^[A-Z]/.test(name));
    expect(outputs).toHaveLength(6);
    for (const name of outputs) expect(known).toMatch(new RegExp(`^#?${name}=`, 'm'));
  });

  it('turns on RBAC with the permissions in the access token, and the Action on login', async () => {
    const { resource } = await parsed(example);
    expect(resource!['auth0_resource_server'].foothold[0]).toMatchObject({
      signing_alg: 'RS256',
      enforce_policies: true,
      token_dialect: 'access_token_authz',
    });
    expect(resource!['auth0_action'].mirrors[0].supported_triggers).toEqual([{ id: 'post-login', version: 'v3' }]);
    expect(resource!['auth0_trigger_action'].mirrors[0].trigger).toBe('post-login');
  });
});
