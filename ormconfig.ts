import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { migrationUrlFromEnv } from './src/config/env.js';
import { migrationOptions } from './src/database/migration-session.js';

/** For the TypeORM command line (`npm run migration:*`): connects as the role that owns the schema. */
export default new DataSource(migrationOptions(migrationUrlFromEnv()));
