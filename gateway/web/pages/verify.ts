// The verify page: for anybody who holds a receipt or a history and a trust file. One file.
import { VerifyApp } from '../verify/app.js';
import { verifyTexts } from '../verify/texts.js';

new VerifyApp({ title: (language) => verifyTexts(language).titleVerify });
