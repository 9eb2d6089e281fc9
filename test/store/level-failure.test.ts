import { expect } from 'chai';
import { systemWords } from '../../gateway/level-failure.js';
import { storeFailure } from '../../gateway/store/level-rows.js';

describe('what the system said to LevelDB', () => {
  const told = (words: string) =>
    new Error('Database is not open', { cause: new Error(`IO error: /d: a/LOCK: ${words}`) });

  for (const words of [
    'No space left on device',
    'Read-only file system',
    'Input/output error',
    'Too many open files',
  ]) {
    it(`is passed on: ${words}`, () => {
      expect(systemWords(told(words))).to.equal(words.toLowerCase());
      const { code, message } = storeFailure(told(words), 'the store could not be opened');
      expect(code).to.equal('STORE_FAILED');
      expect(message).to.equal(`the store could not be opened: ${words.toLowerCase()}`);
    });
  }

  it('is none where it names a file, or is not the system', () => {
    expect(systemWords(told('/data/store/000001.log'))).to.equal(undefined);
    expect(systemWords(new Error('Corruption: bad block'))).to.equal(undefined);
  });
});
