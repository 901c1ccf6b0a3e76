import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { DEMO_PASSWORD, DEMO_PEOPLE, demoSubject } from '../demo-people.js';
import { readJsonIfPresent, writePrivateJson } from '../private-file.js';

/** Somebody who can log in. `id` is the token's `sub`. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

interface SignedUpPerson extends Person {
  readonly salt: string;
  readonly passwordHash: string;
}

const HASH_BYTES = 32;
const hash = promisify(scrypt) as (password: string, salt: string, length: number) => Promise<Buffer>;

/** The demo people, and whoever signed up; the latter are kept in a file. E-mail addresses are compared in lower case. */
export class People {
  private readonly demo = new Map<string, Person>(
    DEMO_PEOPLE.map(({ email }) => [email, { id: demoSubject(email), email, emailVerified: true }]),
  );
  private readonly signedUp: Map<string, SignedUpPerson>;
  private lastWrite: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    signedUp: readonly SignedUpPerson[],
  ) {
    this.signedUp = new Map(signedUp.map((person) => [person.email, person]));
  }

  static async open(file: string): Promise<People> {
    return new People(file, (await readJsonIfPresent<SignedUpPerson[]>(file)) ?? []);
  }

  /** Undefined for an unknown person and for a wrong password alike. */
  async logIn(email: string, password: string): Promise<Person | undefined> {
    const key = email.toLowerCase();
    const demo = this.demo.get(key);
    if (demo) return password === DEMO_PASSWORD ? demo : undefined;
    const person = this.signedUp.get(key);
    if (!person) return undefined;
    const given = await hash(password, person.salt, HASH_BYTES);
    return timingSafeEqual(given, Buffer.from(person.passwordHash, 'hex')) ? person : undefined;
  }

  /** Undefined when somebody has this address already. Returns once the person is on disk. */
  async signUp(email: string, password: string): Promise<Person | undefined> {
    const key = email.toLowerCase();
    const salt = randomBytes(16).toString('hex');
    const passwordHash = (await hash(password, salt, HASH_BYTES)).toString('hex');
    if (this.demo.has(key) || this.signedUp.has(key)) return undefined;
    const id = `auth0|${randomBytes(12).toString('hex')}`;
    const person: SignedUpPerson = { id, email: key, emailVerified: false, salt, passwordHash };
    this.signedUp.set(key, person);
    this.lastWrite = this.lastWrite
      .catch(() => undefined)
      .then(() => writePrivateJson(this.file, [...this.signedUp.values()]));
    await this.lastWrite;
    return person;
  }
}
