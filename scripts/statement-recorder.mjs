import process from 'node:process';

/** Setup files of Jest that record what the service sends to PostgreSQL, when test/soak/plans.soak.ts asks for it. */
export const statementRecorder = process.env.FOOTHOLD_STATEMENTS ? ['<rootDir>/test/support/record-statements.ts'] : [];
