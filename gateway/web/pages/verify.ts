// The verify page: for anybody who holds a receipt or a history and a trust file. One file.
import { SamplePanel } from '../sample/sample-panel.js';
import { VerifyApp } from '../verify/app.js';
import { verifyTexts } from '../verify/texts.js';

const sample = new SamplePanel();

new VerifyApp({
  title: (language) => verifyTexts(language).titleVerify,
  more: (app, language) => [sample.folded(app, language)],
});
