import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { DEMO_PASSWORD, DEMO_PEOPLE, demoSubject } from '../demo-people.js';
import { readJsonIfPresent } from '../private-file.js';
import type { Clock } from './clock.js';
import { mergeMetadata, type Metadata } from './metadata.js';
import { PrivateDocument } from './private-document.js';

/** Somebody with an account. `id` is the token's `sub`. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastLogin?: string;
  readonly logins: number;
  readonly appMetadata?: Metadata;
  readonly userMetadata?: Metadata;
}

/** Somebody to be made known, as an import would. */
export interface NewPerson {
  readonly id: string;
  /** Made from the id, if not given. */
  readonly email?: string;
  readonly appMetadata?: Metadata;
  readonly userMetadata?: Metadata;
}

export type MetadataChange = Partial<Pick<Person, 'appMetadata' | 'userMetadata'>>;

interface StoredPerson extends Person {
  /** Absent for demo people, who share one password, and for those who were imported. */
  readonly password?: { readonly salt: string; readonly hash: string };
}

const HASH_BYTES = 32;
const hash = promisify(scrypt) as (password: string, salt: string, length: number) => Promise<Buffer>;
const DEMO_IDS = new Set(DEMO_PEOPLE.map(({ email }) => demoSubject(email)));

/**
 * Everybody with an account: the demo people, and whoever signed up or was imported. Changes are on disk when a method
 * returns. E-mail addresses are compared in lower case.
 */
export class People {
  private readonly byId: Map<string, StoredPerson>;
  private readonly idByEmail: Map<string, string>;
  private readonly document: PrivateDocument;

  private constructor(
    file: string,
    private readonly clock: Clock,
    stored: readonly StoredPerson[],
  ) {
    this.byId = new Map(stored.map((person) => [person.id, person]));
    this.idByEmail = new Map(stored.map(({ id, email }) => [email, id]));
    this.document = new PrivateDocument(file, () => [...this.byId.values()]);
    for (const { email } of DEMO_PEOPLE) {
      const id = demoSubject(email);
      if (!this.byId.has(id)) this.put(this.account({ id, email }, true));
    }
  }

  static async open(file: string, clock: Clock): Promise<People> {
    return new People(file, clock, (await readJsonIfPresent<StoredPerson[]>(file)) ?? []);
  }

  get(id: string): Person | undefined {
    return this.byId.get(id);
  }

  /** In the order in which they came. */
  all(): Person[] {
    return [...this.byId.values()];
  }

  /** Undefined for an unknown person and for a wrong password alike. */
  async logIn(email: string, password: string): Promise<Person | undefined> {
    const person = this.byEmail(email);
    return person && (await isPasswordOf(person, password)) ? this.loggedIn(person) : undefined;
  }

  /** Undefined when somebody has this address already. */
  async signUp(email: string, password: string): Promise<Person | undefined> {
    const salt = randomBytes(16).toString('hex');
    const passwordHash = (await hash(password, salt, HASH_BYTES)).toString('hex');
    if (this.byEmail(email)) return undefined;
    const person = this.account({ id: `auth0|${randomBytes(12).toString('hex')}`, email }, false);
    this.put({ ...person, password: { salt, hash: passwordHash } });
    await this.document.save();
    return person;
  }

  /** Makes people known who have not signed up here. One who is there already is replaced. */
  async import(people: readonly NewPerson[]): Promise<void> {
    for (const person of people) this.put(this.account(person, true));
    await this.document.save();
  }

  /** Forgets a person, as deleting the user in Auth0's dashboard does. False when there was none. */
  async remove(id: string): Promise<boolean> {
    const person = this.byId.get(id);
    if (!person) return false;
    this.byId.delete(id);
    this.idByEmail.delete(person.email);
    await this.document.save();
    return true;
  }

  /** Merges the given metadata as Auth0 does. Undefined when there is no such person. */
  async changeMetadata(id: string, change: MetadataChange): Promise<Person | undefined> {
    const person = this.byId.get(id);
    if (!person) return undefined;
    const changed = { ...withMetadata(person, change), updatedAt: this.time() };
    this.put(changed);
    await this.document.save();
    return changed;
  }

  private byEmail(email: string): StoredPerson | undefined {
    return this.byId.get(this.idByEmail.get(email.toLowerCase()) ?? '');
  }

  private async loggedIn(person: StoredPerson): Promise<Person> {
    const seen = { ...person, lastLogin: this.time(), logins: person.logins + 1 };
    this.put(seen);
    await this.document.save();
    return seen;
  }

  private account({ id, email, appMetadata, userMetadata }: NewPerson, emailVerified: boolean): StoredPerson {
    const now = this.time();
    return {
      id,
      email: (email ?? `${id.replace(/[^A-Za-z0-9]+/g, '.')}@people.example`).toLowerCase(),
      emailVerified,
      createdAt: now,
      updatedAt: now,
      logins: 0,
      appMetadata,
      userMetadata,
    };
  }

  private put(person: StoredPerson): void {
    this.byId.set(person.id, person);
    this.idByEmail.set(person.email, person.id);
  }

  private time(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** The person with these metadata merged in. */
export function withMetadata<P extends Person>(person: P, { appMetadata, userMetadata }: MetadataChange): P {
  return {
    ...person,
    ...(appMetadata && { appMetadata: mergeMetadata(person.appMetadata, appMetadata) }),
    ...(userMetadata && { userMetadata: mergeMetadata(person.userMetadata, userMetadata) }),
  };
}

async function isPasswordOf({ id, password }: StoredPerson, given: string): Promise<boolean> {
  if (DEMO_IDS.has(id)) return given === DEMO_PASSWORD;
  if (!password) return false;
  return timingSafeEqual(await hash(given, password.salt, HASH_BYTES), Buffer.from(password.hash, 'hex'));
}
