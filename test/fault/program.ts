// The command line in a process of its own, from the same build as the tests: what
// cli/chartseal.mjs starts.
import { main } from '../../cli/main.js';

if (require.main === module) void main();
