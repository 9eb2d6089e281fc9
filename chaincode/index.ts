// What the chaincode shim loads; nothing else. Loading this file loads fabric-contract-api, which
// changes the whole process: gateway code reaches it through the embedded engine's loader only.
import { ChartsealContract } from './contract/chartseal-contract.js';

export const contracts = [ChartsealContract];
