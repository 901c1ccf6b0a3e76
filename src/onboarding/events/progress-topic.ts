import { hash } from 'node:crypto';

const LETTERS = 22;

/**
 * What a change of one part of somebody's progress is announced as; of the tenant's part, `subject` is ''. A hash,
 * because every role of the database may listen, and who moves is nobody else's business.
 */
export const progressTopic = (tenantId: string, flowKey: string, subject: string): string =>
  hash('sha256', `${tenantId} ${flowKey} ${subject}`, 'base64url').slice(0, LETTERS);
