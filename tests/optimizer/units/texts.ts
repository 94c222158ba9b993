/** Texts of all that prompts are made of, in any order: most are malformed. */
import fc from 'fast-check';

const fragment = fc.oneof(
  fc.constantFrom(
    ...['- ', '1. ', '# ', '```', '~~~', '{', '}', '[', ']', '|', '|--|', '<example>', '</example>', '<x>', '</x>'],
    ...[
      '{{#a}}',
      '{{/a}}',
      '{{b}}',
      '。',
      '！',
      '」',
      '. ',
      '? ',
      '"',
      '`',
      '**',
      '(',
      ')',
      '\n',
      '\n',
      '\r\n',
      '\r',
      '  ',
      '\t',
    ],
    ...['Word', 'word', '3', 'e.g. ', '日本', '👩‍👧', '\u00a0', '\ufeff', '\u2028', '===', '---', '_'],
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
export const anyText = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(''));
