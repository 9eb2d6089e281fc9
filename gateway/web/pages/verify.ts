// The verify page.
import { element } from '../view/dom.js';
import { openPage } from '../view/frame.js';

openPage(() => ({ title: 'Chartseal', content: [element('h1', {}, 'Chartseal')] }));
