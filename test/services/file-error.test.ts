import { constants } from 'node:os';
import { expect } from 'chai';
import { fileError, isSystemError, systemErrorText } from '../../gateway/services/file-error.js';

const systemError = (code: 'EIO' | 'ENOSPC') =>
  Object.assign(new Error(code), { code, errno: -constants.errno[code] });

/** What writeFile of Node rejects with then: both errors, with the code of the first. */
function failedTwice(): Error {
  const [writing, closing] = [systemError('ENOSPC'), systemError('EIO')];
  const both = new AggregateError([writing, closing], writing.message);
  return Object.assign(both, { code: writing.code });
}

describe('an error of the system', () => {
  it('is told as such where a file can neither be written nor closed', () => {
    const error = failedTwice();
    expect(isSystemError(error)).to.equal(true);
    expect(isSystemError(error, 'ENOSPC')).to.equal(true);
    expect(isSystemError(error, 'EIO')).to.equal(false);
    expect(systemErrorText(error)).to.equal('no space left on device');
    expect(fileError(error, 'file')).to.include({ code: 'FILE_UNREADABLE' });
  });

  it('is none where the first of several is another one', () => {
    expect(isSystemError(new AggregateError([new Error('a'), systemError('EIO')]))).to.equal(false);
    expect(isSystemError(new AggregateError([]))).to.equal(false);
  });
});
