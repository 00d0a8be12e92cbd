import { open } from 'node:fs/promises';

interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent: string;
  objectRef?: { resource: string; subresource?: string };
}

/** Reads what the hub wrote down about write requests of the suite, from one look to the next. */
export class AuditReader {
  readonly #file: string;
  #offset = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** How often each kind of write was asked for since the last look, without Leases: `update codecoapps/status`. */
  async writes(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const event of await this.#events()) {
      const { resource = '?', subresource } = event.objectRef ?? {};
      if (resource === 'leases') continue;
      const trial = event.requestURI.includes('dryRun=All') ? ' (dry run)' : '';
      const what = `${event.verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${trial}`;
      counts[what] = (counts[what] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #events(): Promise<AuditEvent[]> {
    const file = await open(this.#file);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(size - this.#offset);
      await file.read(bytes, 0, bytes.length, this.#offset);
      // The last line may still be on its way.
      const end = bytes.lastIndexOf(0x0a) + 1;
      this.#offset += end;
      const lines = bytes.subarray(0, end).toString('utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
    } finally {
      await file.close();
    }
  }
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
