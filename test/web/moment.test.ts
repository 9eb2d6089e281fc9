import { expect } from 'chai';
import { formatMoment } from '../../gateway/web/view/moment.js';

describe('a moment as people read it', () => {
  it('has the zone behind the time, in both languages', () => {
    const time = '2026-10-29T12:14:00.000Z';
    const zh = formatMoment(time, 'zh-CN');
    expect(zh).to.match(/^2026年10月(29|30)日 \d\d:\d\d (GMT|UTC)\S*$/);
    expect(formatMoment(time, 'en')).to.match(/2026 at \d\d:\d\d (GMT|UTC)\S*$/);
    expect(formatMoment(time, 'zh-CN', 'day')).to.match(/^2026年10月(29|30)日$/);
  });
});
