// What the chaincode shim loads; nothing else. Loading this file loads fabric-contract-api, which
// changes the whole process: the embedded engine runs the same transactions without it.
import { ChartsealContract } from './contract/chartseal-contract.js';

export const contracts = [ChartsealContract];
