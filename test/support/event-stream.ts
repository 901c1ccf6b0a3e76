import type { Api, RequestHeaders } from './api.js';

export interface ServerSentEvent {
  /** In the event's id, before the lineage. */
  readonly revision: number;
  readonly id: string;
  readonly event: string;
  /** Parsed. */
  readonly data: any;
}

/** Server-sent events of one flow, as a front end reads them. */
export class EventStream {
  /** Comments so far, without their colon. */
  readonly comments: string[] = [];
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();
  private unread = '';

  private constructor(
    readonly headers: Headers,
    body: ReadableStream<Uint8Array>,
    private readonly abort: AbortController,
  ) {
    this.reader = body.getReader();
  }

  /** Throws when the answer is no stream. */
  static async open(api: Api, headers: RequestHeaders = {}, flow = 'workspace'): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(`${api.url}/v1/onboarding/${flow}/events`, {
      headers: { authorization: `Bearer ${api.token}`, ...headers },
      signal: abort.signal,
    });
    if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
    return new EventStream(response.headers, response.body, abort);
  }

  /** The next event; undefined when the service ended the stream. */
  async next(): Promise<ServerSentEvent | undefined> {
    for (;;) {
      const block = await this.block();
      if (block === undefined) return undefined;
      const fields = new Map(block.split('\n').map((line) => [line.split(':', 1)[0]!, line.replace(/^[^:]*: ?/, '')]));
      const comment = fields.get('');
      if (comment !== undefined) this.comments.push(comment);
      const { id = '', event = '', data } = Object.fromEntries(fields);
      if (data !== undefined) return { revision: Number.parseInt(id), id, event, data: JSON.parse(data) };
    }
  }

  close(): void {
    this.abort.abort();
  }

  private async block(): Promise<string | undefined> {
    for (;;) {
      const end = this.unread.indexOf('\n\n');
      if (end >= 0) {
        const block = this.unread.slice(0, end);
        this.unread = this.unread.slice(end + 2);
        return block;
      }
      const { value, done } = await this.reader.read();
      if (done) return undefined;
      this.unread += this.decoder.decode(value, { stream: true });
    }
  }
}
