import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { migrationUrlFromEnv } from './src/config/env.js';
import { dataSourceOptions } from './src/database/data-source-options.js';

/** For the TypeORM command line (`npm run migration:*`): connects as the role that owns the schema. */
export default new DataSource(dataSourceOptions({ url: migrationUrlFromEnv() }));
