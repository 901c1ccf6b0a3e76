import { migrationUrlFromEnv } from '../config/env.js';
import { migrate } from './migrate.js';

const ran = await migrate(migrationUrlFromEnv());
console.log(ran.length ? `Migrated: ${ran.join(', ')}` : 'The database is up to date.');
