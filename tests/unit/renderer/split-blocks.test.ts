import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockSplitter, fencedCode } from '../../../renderer/features/chat/split-blocks.ts'

const split = (text: string): readonly string[] => new BlockSplitter().split(text).blocks

describe('splitting Markdown into blocks', () => {
  it.each<[string, string, readonly string[]]>([
    ['paragraphs', 'one\n\ntwo\n\nthree', ['one', 'two', 'three']],
    ['a fence with blank lines in it', '```js\na\n\nb\n```\n\nafter', ['```js\na\n\nb\n```', 'after']],
    ['a fence right after a paragraph', 'see:\n```\nx\n```\n', ['see:', '```\nx\n```']],
    [
      'a longer fence around a shorter one',
      '````\n```\nx\n```\n````\n\nend',
      ['````\n```\nx\n```\n````', 'end'],
    ],
    ['a loose list', '- a\n\n- b\n\n  more of b\n\nafter\n\nx', ['- a\n\n- b\n\n  more of b', 'after', 'x']],
    [
      'a fence inside a list',
      '- a\n  ```\n  x\n\n  y\n  ```\n- b\n\nafter\n\n',
      ['- a\n  ```\n  x\n\n  y\n  ```\n- b', 'after'],
    ],
    ['a table', '| a |\n| - |\n| 1 |\n\nafter', ['| a |\n| - |\n| 1 |', 'after']],
    ['a fence that is still open', 'text\n\n```\ncode', ['text', '```\ncode']],
  ])('%s', (_, text, blocks) => {
    expect(split(text).map((block) => block.trim())).toEqual(blocks)
  })

  it('hands link definitions to blocks elsewhere', () => {
    const { definitions } = new BlockSplitter().split('See [here][1].\n\n[1]: https://example.com\n\nend')
    expect(definitions).toBe('[1]: https://example.com')
  })

  it('cuts a long list between its items, never inside one', () => {
    const items = Array.from(
      { length: 300 },
      (_, index) => `- item ${index} ${'x'.repeat(30)}\n  and more of it`,
    )
    const blocks = split(`${items.join('\n')}\n`)
    expect(blocks.length).toBeGreaterThan(1)
    expect(blocks.every((block) => block.startsWith('- item'))).toBe(true)
    expect(blocks.map((block) => block.trim()).join('\n')).toBe(items.join('\n'))
  })

  it('yields the same however the text arrives, and never changes a finished block', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      '\n',
      '\n\n',
      '- x\n',
      '  y\n',
      '```\n',
      '~~~',
      '# h\n',
      '1. n\n',
      '| t |\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const growing = new BlockSplitter()
        let text = ''
        let finished: readonly string[] = []
        for (const part of pieces) {
          text += part
          const { blocks } = growing.split(text)
          const done = blocks.slice(0, -1)
          expect(done.slice(0, finished.length)).toEqual(finished)
          finished = done
        }
        expect(growing.split(text).blocks).toEqual(split(text))
      }),
    )
  })

  it('loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('w', '\n', '\n\n', '- ', '```\n', '    '), { maxLength: 60 }),
        (pieces) => {
          const text = pieces.join('')
          const strip = (value: string): string => value.replaceAll(/\s/g, '')
          expect(strip(split(text).join(''))).toBe(strip(text))
        },
      ),
    )
  })
})

describe('fenced code', () => {
  it.each([
    ['```ts\nlet a\n```', { language: 'ts', code: 'let a' }],
    ['```\na\n\nb\n```\n', { language: '', code: 'a\n\nb' }],
    ['```sh\nhalf', { language: 'sh', code: 'half' }],
    ['```', { language: '', code: '' }],
    ['~~~ py x\n1\n~~~', { language: 'py', code: '1' }],
  ])('%j', (block, parts) => {
    expect(fencedCode(block)).toEqual(parts)
  })
  it('is nothing else', () => {
    expect(fencedCode('`inline`')).toBeNull()
    expect(fencedCode('text\n```\nx\n```')).toBeNull()
  })
})
