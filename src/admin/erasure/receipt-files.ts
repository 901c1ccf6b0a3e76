import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { KeyObject } from 'node:crypto';
import { openReceipt, ReceiptError, type ErasureFacts } from './receipt.js';

export interface ReadReceipts {
  readonly erasures: ErasureFacts[];
  /** One sentence for each line that is a receipt and cannot be used. */
  readonly faults: string[];
}

/** A key of this name, also where a log holds the line as a quoted string. */
const RECEIPT_KEY = /"receipt\\*"/;

/**
 * Reads receipts from NDJSON files and from whole logs; `-` is standard input. A line without a receipt is skipped. A log
 * may have put something before the JSON, or the line into a string of its own.
 * @throws when a file cannot be read
 */
export async function readReceipts(files: readonly string[], keys: readonly KeyObject[]): Promise<ReadReceipts> {
  const erasures: ErasureFacts[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const input = file === '-' ? process.stdin : createReadStream(file);
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (!RECEIPT_KEY.test(line)) continue;
      try {
        erasures.push(openReceipt(keys, receiptIn(parsed(line))));
      } catch (error) {
        if (!(error instanceof ReceiptError)) throw error;
        faults.push(`${file === '-' ? 'standard input' : file}, line ${number}: ${error.message}`);
      }
    }
  }
  return { erasures, faults };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line.slice(line.indexOf('{')));
  } catch {
    throw new ReceiptError('it is no whole JSON; expected each receipt on one line of its own (jq -c writes that)');
  }
}

/** The object with the receipt, wherever a log shipper has put it. */
function receiptIn(value: unknown): unknown {
  if (typeof value === 'string') return RECEIPT_KEY.test(value) ? receiptIn(parsed(value)) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('receipt' in value && typeof value.receipt === 'object') return value;
  for (const inner of Object.values(value)) {
    const found = receiptIn(inner);
    if (found) return found;
  }
  return undefined;
}
