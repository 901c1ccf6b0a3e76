import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { ProgressStream, type Frame } from '../../../src/onboarding/events/progress-stream.js';

const frame = (revision: number, tag = `${revision}-abc`): Frame => ({
  readAt: revision,
  tag,
  id: String(revision),
  bytes: Buffer.from(`${revision};`),
});

/** All that was sent up to now. */
async function sent(stream: ProgressStream): Promise<string> {
  let text = '';
  for (;;) {
    await turn();
    const chunk = stream.read() as Buffer | null;
    if (!chunk) return text;
    text += chunk.toString();
  }
}

describe('a progress stream', () => {
  it('sends each frame to a reader that keeps up', async () => {
    const stream = new ProgressStream(undefined);
    let text = '';
    for (const revision of [1, 2, 3]) {
      stream.offer(frame(revision));
      text += await sent(stream);
    }
    expect(text).toBe('1;2;3;');
  });

  it('keeps one frame for a reader that does not, the newest, however many come', async () => {
    const stream = new ProgressStream(undefined);
    await sent(stream);
    for (let revision = 1; revision <= 1000; revision += 1) stream.offer(frame(revision));
    expect(stream.readableLength).toBe('1;'.length);
    expect(await sent(stream)).toBe('1;1000;');
  });

  it('never goes back to what was read earlier, nor repeats what is the same', async () => {
    const stream = new ProgressStream(undefined);
    let text = '';
    for (const next of [frame(5), frame(4), { ...frame(6), tag: frame(5).tag }, frame(7)]) {
      stream.offer(next);
      text += await sent(stream);
    }
    expect(text).toBe('5;7;');
  });

  it('begins with a comment for a reader that has the first revision already', async () => {
    const stream = new ProgressStream('5');
    stream.offer(frame(5));
    expect(await sent(stream)).toBe(': heartbeat\n\n');
    stream.offer(frame(6));
    expect(await sent(stream)).toBe('6;');
  });

  it('lets a reader go that took nothing for two beats, and no other', async () => {
    const [stuck, reading] = [new ProgressStream(undefined), new ProgressStream(undefined)];
    for (const stream of [stuck, reading]) {
      await sent(stream);
      stream.offer(frame(1));
    }
    for (let beat = 0; beat < 2; beat += 1) {
      await sent(reading);
      for (const stream of [stuck, reading]) stream.beat();
    }
    expect([stuck.destroyed, reading.destroyed]).toEqual([true, false]);
  });

  it('ends in order for a reader that keeps up, and takes nothing more', async () => {
    const stream = new ProgressStream(undefined);
    stream.offer(frame(1));
    await sent(stream);
    stream.finish();
    stream.offer(frame(2));
    stream.beat();
    const ended = once(stream, 'end');
    expect(await sent(stream)).toBe('');
    await ended;
  });
});
