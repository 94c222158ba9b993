/** Prompts as people write them, for round trips: each shows some form that must not be taken apart or lost. */
export const corpus: Readonly<Record<string, string>> = {
  facility: `You work in the support team of ProCare Facility Solutions. Read the customer's e-mail and classify it.

Answer in JSON with these keys:
{
  "urgency": "low" | "medium" | "high",
  "categories": {
    "emergency_repair_services": true | false
  }
}
Set every category that applies to true.
`,
  headings: `# Role
You are a careful editor, e.g. for Dr. Smith's team. Keep version 2.5 as it is! See https://example.com/a.b for more.

## Rules
1. Fix typos.
2. Keep the tone.
   Never make it colder.
3) Stop after 3 passes.

## Output format
Reply with the corrected text only.`,
  nested: `Choose a queue:
- billing
  - refunds over 50 € go to a person
  - invoices
    with a second line
- bug
* account

+ other`,
  tags: `<rules>
Be kind. Be short.
</rules>

<examples>
<example>
Input: my app crashes. It never starts.
Output: bug
</example>
</examples>
<output_format>
One label, nothing else.
</output_format>`,
  fence: `Use this template:

\`\`\`json
{
  "label": "x"

}
\`\`\`
Then stop. Do not explain.

~~~
- not a list
~~~
`,
  table: `Labels:

| label | meaning |
|-------|---------|
| bug | It crashes. Or hangs. |
| how_to | a question |

Choose one. Prefer bug when in doubt.`,
  schema: `Return an object like this: {
  "items": [
    { "id": 1, "note": "a } in a string" }
  ]
}
Numbers have no unit. Dates are ISO 8601.
`,
  chinese: `你是一名客服。请阅读客户的邮件，然后分类。不要猜测！
- 账单：付款问题。退款也算。
- 故障：应用崩溃

只输出标签。`,
  japanese: `あなたは編集者です。「はい。」と答えないでください。短く書いてください。
出力はJSON形式で返してください。`,
  emoji: `Be warm 👩‍👩‍👧‍👦! Say hi 👋🏽. Use ❤️ once… Maybe twice. 😀`,
  crlf: '# Task\r\n\r\nSort the mail. Be quick.\r\n- urgent: now\r\n- other: later  \r\n\r\nEnd.\r\n',
  mustache: `{{#history}}
{{role}}: {{text}}
{{/history}}
{{^history}}No history. Start fresh.{{/history}}
Question: {{ question }} Answer it. {{> rules}}
`,
  spaces: '\n\n  Indented start.  \n\t\n Trailing tabs\t\t\nLast line.   \n   ',
  messy: `Title
=====

Note: "Quote. With two." Then (see A. Or B.) more. **Bold. Text.** End?  Yes!
<b>inline</b> tag. <tone>Be brief. Be kind.</tone>
---
Do this: 1. Read. 2. Write. 3. Stop.
Unclosed {
and \`\`\` too [`,
};
