import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileMirror } from '../../support/file-mirror.js';
import { mirrorLab } from '../../support/mirror-lab.js';
import { hurried, syncedApp } from '../../support/synced-app.js';
import { tellBusiness } from '../../support/workspace.js';

test('another store than Auth0 can be plugged in: it is written, and answers while the database is down', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'foothold-mirrors-'));
  const store = new FileMirror(folder);
  const lab = await mirrorLab({ create: syncedApp(hurried(100), store) });
  try {
    const ada = lab.person();
    const { tenantId } = await tellBusiness(ada);
    await lab.untilMirrored();
    expect([...(await store.read(ada.subject)).keys()]).toEqual([tenantId]);
    expect(lab.service.standIn.requests.list('write_user')).toEqual([]);
    await lab.databaseDown();
    expect((await ada.view()).body).toMatchObject({ tenantId, degraded: true, currentStep: 'subscription' });
    await lab.databaseUp();
  } finally {
    await lab.close();
    await rm(folder, { recursive: true });
  }
});
