import { rename, rm, stat, writeFile } from 'node:fs/promises';

/**
 * The folder in which the provisioner sets workspaces up, as a disk that can be unplugged: then a file is in its place,
 * and making a workspace fails as it would with a disk that is gone.
 */
export class WorkspaceDisk {
  constructor(private readonly folder: string) {}

  async isPlugged(): Promise<boolean> {
    const found = await stat(this.folder).catch(ignoreMissing);
    return !found?.isFile();
  }

  async plug(plugged: boolean): Promise<void> {
    if ((await this.isPlugged()) === plugged) return;
    const unplugged = `${this.folder}.unplugged`;
    if (plugged) {
      await rm(this.folder);
      await rename(unplugged, this.folder).catch(ignoreMissing);
    } else {
      await rename(this.folder, unplugged).catch(ignoreMissing);
      await writeFile(this.folder, 'Unplugged in the demo.\n');
    }
  }
}

/** Nothing was set up yet. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
