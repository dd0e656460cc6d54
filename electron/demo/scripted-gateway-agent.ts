/** What the scripted agent answers to one message. */
export interface ScriptedReply {
  readonly text: string
  /** Pause between two pieces in ms; default: the gateway's own pace. */
  readonly wordMs?: number
  /** A tool it makes believe to use first. */
  readonly tool?: { readonly name: string; readonly args: object; readonly output: string }
  /** Ends the run with this error after the text so far. */
  readonly error?: string
  /** Never ends by itself: only an abort ends it. */
  readonly hang?: boolean
}

/** The mind of a {@link ScriptedReply}. `turn` counts the messages of the conversation, from 1. */
export type ScriptedAgent = (text: string, turn: number) => ScriptedReply

const markdownSample = `Here is a bit of everything:

1. **bold**, *italic* and \`inline code\`
2. a [link](https://docs.openclaw.ai)

| what | where |
| --- | --- |
| the link | over SSH, no extra port |
| the token | in your keychain |

\`\`\`ts
export function greet(name: string): string {
  return \`Ahoy, \${name}!\`
}
\`\`\`

> A hawser is the rope that moors a ship.`

const story = [
  'A laptop left the harbour every morning and came back every night, and each time the rope had to be thrown anew.',
  'Some days the wind took the line; some days the quay was empty; once, another ship had borrowed the bollard.',
  'So the harbour master wrote down what held and what did not, one plain sentence each, and hung the page where every sailor could see it.',
  'From then on nobody shouted "moored!" before the rope was tight, and nobody threw it twice for the same ship.',
  'The laptop still left every morning. But it slept better at night.',
]

const answers: ReadonlyArray<
  readonly [RegExp, ScriptedReply | ((text: string, turn: number) => ScriptedReply)]
> = [
  [
    /^(hi|hello|hey|ahoy|moin|good (morning|evening|day))\b/i,
    {
      text: 'Hello! I am the demo agent. I live inside Hawser and need no network. Ask me what I can do, or just type something.',
    },
  ],
  [
    /\b(what can you do|help|features?)\b/i,
    {
      text: 'In this demo I can:\n\n- answer while you watch the words arrive\n- show **Markdown** (say *markdown*)\n- tell a *story* (long enough to try the stop button)\n- pretend to use a *tool* (say *list files*)\n- fail on purpose (say *fail*)\n\nConnect a real gateway and a real agent takes my place.',
    },
  ],
  [/\bmarkdown|table|code\b/i, { text: markdownSample }],
  [/\bstory|long\b/i, { text: story.join('\n\n') }],
  [
    /\b(list|show) files\b|\btool\b/i,
    {
      tool: { name: 'exec', args: { command: 'ls' }, output: 'README.md\nharbour.txt\n' },
      text: 'There are two files here: `README.md` and `harbour.txt`. (This computer was not touched: the demo only plays the part.)',
    },
  ],
  [/\bfail|error\b/i, { text: 'I will try', error: 'the demo agent was asked to fail, and did' }],
  [/\bthank/i, { text: 'You are welcome.' }],
  [
    /\?\s*$/,
    (text) => ({
      text: `A good question. A real agent would think about "${excerpt(text)}" now; I am only the demo, so my honest answer is: connect a gateway and ask again.`,
    }),
  ],
]

const excerpt = (text: string): string => (text.length > 80 ? `${text.slice(0, 80).trimEnd()}…` : text)

/** The friendly agent of the demo: canned, but it answers to what was said. */
export const demoAgent: ScriptedAgent = (text, turn) => {
  for (const [pattern, answer] of answers) {
    if (pattern.test(text)) return typeof answer === 'function' ? answer(text, turn) : answer
  }
  const count = text.trim().split(/\s+/).length
  return {
    text: `You wrote ${count === 1 ? 'one word' : `${count} words`}: "${excerpt(text)}". This is the demo agent, turn ${turn}. Say *help* to see what I can show you.`,
  }
}
