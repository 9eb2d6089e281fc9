// Runs transactions of the contract the way the shim does: context, stub and identity, then
// before, around and after. What goes wrong comes out as a coded error.
import 'reflect-metadata';
import { ChartsealError, decodeError } from '../../../chaincode/core/errors.js';
import { loadContracts } from './contract-loader.js';
import type { LevelStub } from './level-stub.js';
import type { Identity } from './membership.js';

type ChartsealContract = InstanceType<ReturnType<typeof loadContracts>[number]>;

/** What the decorators noted about one transaction. */
interface TransactionFacts {
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/** Errors cross the contract's border as the text `CODE message`; any other text stays inside. */
function decodeFailure(error: unknown): ChartsealError {
  const text = error instanceof Error ? error.message : '';
  const known = decodeError(text);
  if (known === undefined) {
    return new ChartsealError('LEDGER_FAILED', 'the contract failed', { cause: error });
  }
  const cause = (error as Error).cause;
  return new ChartsealError(known.code, known.message, { cause });
}

/** One transaction to run. */
export interface Run {
  readonly name: string;
  readonly args: readonly string[];
  readonly stub: LevelStub;
  readonly identity: Identity;
  /** The endorser's time, in ms since 1970. */
  readonly clock: number;
}

export class Executor {
  readonly #contract: ChartsealContract;
  /** Number of arguments by transaction name. */
  readonly #arity: ReadonlyMap<string, number>;

  constructor() {
    const [Contract] = loadContracts();
    if (Contract === undefined) throw new ChartsealError('LEDGER_FAILED', 'there is no contract');
    this.#contract = new Contract();
    const facts: TransactionFacts[] = Reflect.getMetadata('fabric:transactions', this.#contract);
    this.#arity = new Map(facts.map(({ name, parameters }) => [name, parameters.length]));
  }

  /** The transaction's answer; its reads and writes stay in the stub. Throws coded errors only. */
  async run({ name, args, stub, identity, clock }: Run): Promise<string> {
    const contract = this.#contract;
    const context = contract.createContext();
    context.stub = stub;
    context.clientIdentity = identity;
    context.clock = () => clock;
    try {
      const arity = this.#arity.get(name);
      if (arity === undefined) {
        await contract.unknownTransaction();
        throw new ChartsealError('NOT_SUPPORTED', 'the contract has no such transaction');
      }
      if (arity !== args.length) {
        const given = args.length;
        throw new ChartsealError('BAD_INPUT', `${name} takes ${arity} arguments, not ${given}`);
      }
      await contract.beforeTransaction(context);
      // Typed for a function in the package, though the shim and its own code pass the name.
      const around: unknown = await contract.aroundTransaction(context, name as never, args);
      await contract.afterTransaction(context, around);
      return String(around);
    } catch (error) {
      if (error instanceof ChartsealError) throw error;
      throw decodeFailure(error);
    }
  }
}
