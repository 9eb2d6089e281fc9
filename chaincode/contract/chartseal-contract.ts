// The contract as Fabric finds it: a method for each of its transactions, which is run as it is.
// Not `import type` of Context: the decorators find the context parameter by its class at run time.
import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { TransactionContext } from './transaction-context.js';
import {
  crossing,
  noSuchTransaction,
  runTransaction,
  type TransactionName,
} from './transactions.js';

function run(name: TransactionName, context: Context, request: string): Promise<string> {
  const { stub, clientIdentity } = context;
  return runTransaction(name, new TransactionContext(stub, clientIdentity), request);
}

@Info({ title: 'chartseal', description: 'Append-only logs of hospital archives', version: '1' })
export class ChartsealContract extends Contract {
  constructor() {
    super('chartseal');
  }

  override async unknownTransaction(): Promise<void> {
    throw crossing(noSuchTransaction());
  }

  @Transaction()
  @Returns('string')
  async registerLog(context: Context, request: string): Promise<string> {
    return run('registerLog', context, request);
  }

  @Transaction()
  @Returns('string')
  async append(context: Context, request: string): Promise<string> {
    return run('append', context, request);
  }

  @Transaction(false)
  @Returns('string')
  async readCheckpoint(context: Context, request: string): Promise<string> {
    return run('readCheckpoint', context, request);
  }

  @Transaction(false)
  @Returns('string')
  async readLog(context: Context, request: string): Promise<string> {
    return run('readLog', context, request);
  }

  @Transaction(false)
  @Returns('string')
  async listLogs(context: Context, request: string): Promise<string> {
    return run('listLogs', context, request);
  }

  @Transaction(false)
  @Returns('string')
  async listCheckpoints(context: Context, request: string): Promise<string> {
    return run('listCheckpoints', context, request);
  }
}
