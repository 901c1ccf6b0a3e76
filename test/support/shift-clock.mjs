// Loaded into a process before anything else (`node --import`), it sets the wall clock of that process apart from the
// machine's by CLOCK_SHIFT_MS. Monotonic time stays as it is, as on a host whose clock is wrong.
import process from 'node:process';

const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const RealDate = Date;

globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    super(...(parts.length ? parts : [RealDate.now() + shiftMs]));
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
