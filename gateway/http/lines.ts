// JSON lines in, one result per line out, in their order. Lines are read ahead up to a bound: who
// does not take results sends no more lines, and who sends slowly has each result at once.
import { utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { type JsonLine, readJsonLines } from '../services/json-lines.js';
import { refusalOf } from './problem.js';

/** What is told of a line that was accepted. */
export interface LineFacts {
  readonly leafHash: string;
  readonly state: string;
  readonly duplicate: boolean;
}

type Act = (value: JsonValue) => Promise<LineFacts & JsonObject>;

/** What to do about a line that is no JSON. */
type Unread = (error: ChartsealError) => Promise<void>;

/** Lines read and not answered yet; each has at most MAX_LINE_BYTES. */
const IN_FLIGHT = 256;

interface Flight {
  text: string | undefined;
  readonly landed: Promise<void>;
}

const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

const ending = () => new ChartsealError('SHUTTING_DOWN', 'the gateway ends; nothing more was read');

function errorLine(line: number, error: unknown): string {
  const { code, message, hint } = refusalOf(error);
  return lineOf({ line, error: { code, message, hint } });
}

class LineAnswers {
  readonly #act: Act;
  readonly #unread: Unread;
  readonly #signal: AbortSignal;
  readonly #flying: Flight[] = [];
  readonly #tally = { added: 0, duplicates: 0, failed: 0 };
  /** Something that nobody foresaw: the answer is cut off, and the log has it. */
  #fault: unknown;
  #last = 0;
  #ended = false;
  #wakeReader: () => void = () => {};
  #wakeWriter: () => void = () => {};

  constructor(act: Act, signal: AbortSignal, unread: Unread) {
    this.#act = act;
    this.#unread = unread;
    this.#signal = signal;
  }

  async *run(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reading = this.#read(readJsonLines(input));
    const stop = () => this.#end();
    this.#signal.addEventListener('abort', stop);
    try {
      if (this.#signal.aborted) stop();
      for (;;) {
        const [first] = this.#flying;
        if (first === undefined) {
          if (this.#ended) break;
          await new Promise<void>((resolve) => {
            this.#wakeWriter = resolve;
          });
          continue;
        }
        await first.landed;
        if (this.#fault !== undefined) throw this.#fault;
        yield utf8(this.#takeLanded());
      }
      // Nobody may be sending any more: what is not read is not waited for.
      const broken = this.#signal.aborted ? ending() : await reading;
      if (broken !== undefined) yield utf8(this.#refuse(this.#last + 1, broken));
      if (this.#fault !== undefined) throw this.#fault;
      yield utf8(lineOf({ summary: this.#tally }));
    } finally {
      this.#signal.removeEventListener('abort', stop);
      this.#end();
    }
  }

  #end(): void {
    this.#ended = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** Gives what broke the input off, if something did. */
  async #read(lines: AsyncIterable<JsonLine>): Promise<unknown> {
    try {
      for await (const line of lines) {
        if (this.#ended) break;
        this.#flying.push(this.#begin(line));
        this.#last = line.number;
        this.#wakeWriter();
        while (this.#flying.length >= IN_FLIGHT && !this.#ended) {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.#end();
    }
  }

  #begin(line: JsonLine): Flight {
    const flight: Flight = {
      text: undefined,
      landed: this.#answer(line).then((text) => {
        flight.text = text;
      }),
    };
    return flight;
  }

  async #answer(line: JsonLine): Promise<string> {
    try {
      if ('error' in line) {
        await this.#unread(line.error);
        throw line.error;
      }
      const facts = await this.#act(line.value);
      this.#tally[facts.duplicate ? 'duplicates' : 'added']++;
      return lineOf({ line: line.number, ...facts });
    } catch (error) {
      return this.#refuse(line.number, error);
    }
  }

  #refuse(line: number, error: unknown): string {
    this.#tally.failed++;
    if (!(error instanceof ChartsealError)) this.#fault ??= error;
    return errorLine(line, error);
  }

  #takeLanded(): string {
    const count = this.#flying.findIndex(({ text }) => text === undefined);
    const landed = this.#flying.splice(0, count < 0 ? this.#flying.length : count);
    this.#wakeReader();
    return landed.map(({ text }) => text).join('');
  }
}

/**
 * Results as lines {line, …facts} or {line, error}, and {summary} as the last line whatever comes
 * between. When reading breaks off, one more line says why.
 * @param act throws the error of one line, which stops no other
 * @param signal ends reading; lines that were read have their results
 * @param unread told of lines that are no JSON, before they are answered
 */
export function answerLines(
  input: AsyncIterable<Uint8Array>,
  act: Act,
  signal: AbortSignal,
  unread: Unread = async () => {},
): AsyncGenerator<Uint8Array> {
  return new LineAnswers(act, signal, unread).run(input);
}
