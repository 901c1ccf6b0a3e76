import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forbiddenName, type Metadata } from '../metadata.js';
import { withMetadata, type MetadataChange, type People, type Person } from '../people.js';
import type { ManagementAccess } from './management-access.js';
import { invalidBody, invalidQuery, managementError } from './management-error.js';
import {
  fieldSelection,
  PROFILE_LIMIT_BYTES,
  PROFILE_WARNING_BYTES,
  profileBytes,
  userProfile,
} from './user-profile.js';

interface ById {
  readonly Params: { readonly id: string };
}

const READ_SCOPES = ['read:users'];
const WRITE_APP_METADATA_SCOPES = ['update:users', 'update:users_app_metadata'];
const WRITE_SCOPES = ['update:users'];
const BODY_FIELDS = ['app_metadata', 'user_metadata'];
const USER_ID = /^[^|\s]+\|.+$/;
const LARGEST_PAGE = 100;
const PAGEABLE_USERS = 1000;
/** Names of the root profile that Auth0 keeps out of `app_metadata`. */
const RESERVED_NAMES = new Set([
  ...['__tenant', '_id', 'blocked', 'clientID', 'created_at', 'email', 'email_verified', 'globalClientID'],
  ...['global_client_id', 'identities', 'lastIP', 'lastLogin', 'loginsCount', 'metadata', 'multifactor'],
  ...['multifactor_last_modified', 'updated_at', 'user_id'],
]);

/** `GET` and `PATCH /api/v2/users/{id}`, and the list that `GET /api/v2/users` pages through. */
export function registerUsersEndpoints(app: FastifyInstance, people: People, access: ManagementAccess): void {
  app.get('/api/v2/users', { config: { operation: 'list_users' } }, async (request, reply) => {
    access.admit(request, reply, 'readUsers', READ_SCOPES);
    return listUsers(people, request.query as Readonly<Record<string, unknown>>);
  });

  app.get<ById>('/api/v2/users/:id', { config: { operation: 'read_user' } }, async (request, reply) => {
    access.admit(request, reply, 'readUsers', READ_SCOPES);
    const select = fieldSelection(request.query as Readonly<Record<string, unknown>>);
    return select(userProfile(existing(people.get(userId(request)))));
  });

  app.patch<ById>('/api/v2/users/:id', { config: { operation: 'write_user' } }, async (request, reply) => {
    const touchesUserMetadata = isObject(request.body) && 'user_metadata' in request.body;
    access.admit(request, reply, 'writeUsers', touchesUserMetadata ? WRITE_SCOPES : WRITE_APP_METADATA_SCOPES);
    const change = readChange(request.body);
    const id = userId(request);
    noteSize(request, profileBytes(withMetadata(existing(people.get(id)), change)));
    return userProfile(existing(await people.changeMetadata(id, change)));
  });
}

function userId({ params }: FastifyRequest<ById>): string {
  if (USER_ID.test(params.id)) return params.id;
  throw managementError(
    400,
    `Path validation error: 'Object didn't pass validation for format user-id-with-max-length: ${params.id}' on property id (The user_id of the user).`,
    'invalid_uri',
  );
}

function existing(person: Person | undefined): Person {
  if (!person) throw managementError(404, 'The user does not exist.', 'inexistent_user');
  return person;
}

function readChange(body: unknown): MetadataChange {
  if (!isObject(body)) throw invalidBody('Expected type object');
  const unknown = Object.keys(body).find((field) => !BODY_FIELDS.includes(field));
  if (unknown !== undefined) throw invalidBody(`Additional properties not allowed: ${unknown}`);
  if (Object.keys(body).length === 0) throw invalidBody('Too few properties defined (0), minimum 1');
  const change = { appMetadata: body['app_metadata'], userMetadata: body['user_metadata'] };
  for (const [field, value] of Object.entries(body)) refuseMalformed(field, value);
  const reserved = Object.keys(change.appMetadata ?? {}).find((name) => RESERVED_NAMES.has(name));
  if (reserved !== undefined) throw invalidBody(`Invalid property in app_metadata: ${reserved}`);
  return change as MetadataChange;
}

function refuseMalformed(field: string, value: unknown): void {
  if (!isObject(value)) throw invalidBody(`Expected type object on property ${field}`);
  const name = forbiddenName(value);
  if (name !== undefined) throw invalidBody(`Names must not contain . or $: ${name} in ${field}`);
}

/** Throws when the changed profile would be too long. One that only breaches Auth0's 10 kB is noted in the log. */
function noteSize({ logged }: FastifyRequest<ById>, bytes: number): void {
  if (bytes > PROFILE_LIMIT_BYTES) {
    throw invalidBody(`The user profile would be ${bytes} bytes long, more than ${PROFILE_LIMIT_BYTES}`);
  }
  if (logged && bytes > PROFILE_WARNING_BYTES) {
    logged.warning = `The user profile is ${bytes} bytes long, more than ${PROFILE_WARNING_BYTES}`;
  }
}

function listUsers(people: People, query: Readonly<Record<string, unknown>>): unknown {
  if (query['q'] !== undefined) throw invalidQuery('The stand-in cannot search: leave q out');
  const page = naturalNumber(query, 'page', 0);
  const perPage = naturalNumber(query, 'per_page', 50);
  if (perPage > LARGEST_PAGE)
    throw invalidQuery(`Value ${perPage} is greater than maximum ${LARGEST_PAGE} on property per_page`);
  if ((page + 1) * perPage > PAGEABLE_USERS) {
    throw managementError(400, `You can only page through the first ${PAGEABLE_USERS} records.`, 'invalid_paging');
  }
  const all = people.all();
  const start = page * perPage;
  const users = all
    .slice(start, start + perPage)
    .map(userProfile)
    .map(fieldSelection(query));
  if (query['include_totals'] !== 'true') return users;
  return { start, limit: perPage, length: users.length, users, total: all.length };
}

function naturalNumber(query: Readonly<Record<string, unknown>>, name: string, byDefault: number): number {
  const value = Number(query[name] ?? byDefault);
  if (!Number.isInteger(value) || value < 0) throw invalidQuery(`Expected type integer on property ${name}`);
  return value;
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
