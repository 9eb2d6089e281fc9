// Commands about what patients ask.
import { LISTED_STATES } from '../../gateway/services/inquiries/listing.js';
import * as flags from '../flags.js';
import { type CommandRow, command, data, waitMs } from './row.js';

export const INQUIRY_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'inquiry list',
    summary: 'What patients asked: the first to be answered first, of all states the newest first.',
    example: 'inquiry list --state overdue',
    flags: { data, state: flags.choice('--state <word>', 'which', LISTED_STATES, 'open') },
    run: async (_given, values, context) =>
      (await import('../commands/inquiry.js')).inquiryList(values, context),
  }),
  command({
    name: 'inquiry show',
    summary: 'One inquiry: each question and answer, and the entry that it is about.',
    example: 'inquiry show ID',
    positional: ['<id>', 'as inquiry list shows it'],
    flags: { data },
    run: async ([id = ''], values, context) =>
      (await import('../commands/inquiry.js')).inquiryShow(id, values, context),
  }),
  command({
    name: 'inquiry answer',
    summary: 'Take an inquiry up, or answer it; the patient is shown what is said.',
    example: 'inquiry answer ID --outcome justified --text answer.txt',
    positional: ['<id>', 'as inquiry list shows it'],
    flags: {
      data,
      waitMs,
      outcome: flags.text(
        '--outcome <word>',
        'justified, unjustified or corrected; without it the inquiry is taken up',
      ),
      text: flags.text('--text <file>', 'file with the words to the patient; - is stdin'),
      due: flags.text('--due <time>', 'new time until which it will be answered, RFC 3339 UTC'),
    },
    run: async ([id = ''], values, context) =>
      (await import('../commands/inquiry.js')).inquiryAnswer(id, values, context),
  }),
];
