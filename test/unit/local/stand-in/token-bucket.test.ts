import { TokenBucket } from '../../../../src/local/stand-in/management/rate-limit.js';
import { RATE_LIMITS, type Bucket } from '../../../../src/local/stand-in/management/rate-plan.js';

const MINUTE = 60_000_000;

function bucketAt(bucket: Bucket): { at: (microseconds: number) => TokenBucket } {
  let now = 0;
  const made = new TokenBucket(bucket, () => now);
  return { at: (microseconds) => ((now = microseconds), made) };
}

const { professional } = RATE_LIMITS;

describe.each([
  ['free', RATE_LIMITS.free],
  ['reading users on professional', professional.readUsers],
  ['writing users on professional', professional.writeUsers],
  ['other calls on professional', professional.others],
  ['enterprise', RATE_LIMITS.enterprise],
  ['enterprise, not production', RATE_LIMITS['enterprise-non-production']],
])('the bucket of %s', (_name, limits) => {
  test('holds its burst, and then gains exactly what a minute adds, whatever the moment it began', () => {
    for (const start of [0, 1, 123_456_789, 987_654_321_987]) {
      const bucket = bucketAt(limits);
      let allowed = 0;
      // Asked every millisecond for a minute: far more often than tokens are added.
      for (let elapsed = 0; elapsed < MINUTE; elapsed += 1000)
        if (bucket.at(start + elapsed).take().allowed) allowed += 1;
      // The first token after the burst is added one interval after the first was taken.
      expect(allowed).toBe(limits.burst + limits.perMinute - 1);
    }
  });

  test('says exactly when the next token is there', () => {
    const bucket = bucketAt(limits);
    for (let taken = 0; taken < limits.burst; taken += 1) {
      expect(bucket.at(0).take()).toMatchObject({ allowed: true, remaining: limits.burst - taken - 1 });
    }
    const { allowed, nextTokenMs, remaining } = bucket.at(1000).take();
    expect({ allowed, remaining }).toEqual({ allowed: false, remaining: 0 });
    const next = 1000 + nextTokenMs * 1000;
    expect(bucket.at(next - 1).take().allowed).toBe(false);
    expect(bucket.at(next).take().allowed).toBe(true);
  });

  test('is never fuller than its burst', () => {
    const bucket = bucketAt(limits);
    bucket.at(0).take();
    const answers = Array.from({ length: limits.burst + 1 }, () => bucket.at(60 * MINUTE).take().allowed);
    expect(answers.filter(Boolean)).toHaveLength(limits.burst);
  });
});
