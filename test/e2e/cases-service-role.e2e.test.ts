import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/config.js';
import { createApp } from '../../src/service.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

/** Like `foothold_app`, with more: the test's own role, since roles belong to the cluster that all tests share. */
const role = `guest_${randomBytes(4).toString('hex')}`;
afterEach(() => service.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`));

async function startAs(attributes: string): Promise<{ url: string; stop: () => Promise<void> }> {
  await service.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'x' IN ROLE foothold_app ${attributes}`);
  const DATABASE_URL = Object.assign(new URL(service.database.appUrl), { username: role, password: 'x' }).href;
  const app = await createApp(loadConfig({ ...service.env, DATABASE_URL }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: await app.getUrl(), stop: () => app.close() };
}

const readiness = async (url: string) => {
  const answer = await fetch(`${url}/health/ready`);
  return { status: answer.status, text: await answer.text() };
};

it.each([
  ['can bypass row-level security', 'BYPASSRLS', `ALTER ROLE ${role} NOBYPASSRLS`],
  ['is a superuser', 'SUPERUSER', `ALTER ROLE ${role} NOSUPERUSER`],
  ['may make itself a member of other roles', 'CREATEROLE', `ALTER ROLE ${role} NOCREATEROLE`],
])('A05: a process whose role %s serves no request until that is mended', async (_what, attributes, remedy) => {
  const { url, stop } = await startAs(attributes);
  try {
    const refused = await readiness(url);
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('npm run doctor')]);
    const { status, body } = await service.person().at(url).view('member_tour');
    expect([status, body.code]).toEqual([503, 'not_ready']);
    await service.sql(remedy);
    await eventually(async () => (await readiness(url)).status === 200);
    expect((await service.person().at(url).view('member_tour')).status).toBe(200);
  } finally {
    await stop();
  }
});

it('A05: a process refuses a role that may change history', async () => {
  const { url, stop } = await startAs('');
  try {
    await eventually(async () => (await readiness(url)).status === 200);
  } finally {
    await stop();
  }
  await service.sql(`GRANT DELETE ON foothold.onboarding_history TO ${role}`);
  const other = await createApp(
    loadConfig({
      ...service.env,
      DATABASE_URL: Object.assign(new URL(service.database.appUrl), { username: role, password: 'x' }).href,
    }),
  );
  try {
    await other.listen({ port: 0, host: '127.0.0.1' });
    expect((await readiness(await other.getUrl())).status).toBe(503);
  } finally {
    await other.close();
  }
});
