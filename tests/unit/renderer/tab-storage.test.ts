import { describe, expect, it } from 'vitest'
import { takeLaunchSecret } from '../../../renderer/bridge/launch-secret.ts'
import { createDrafts } from '../../../renderer/stores/drafts.ts'

const storage = () => {
  const values = new Map<string, string>()
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
}

describe('the launch secret', () => {
  const at = (hash: string, place = storage()) => {
    const replaced: string[] = []
    const secret = takeLaunchSecret({
      location: { hash, pathname: '/', search: '' },
      history: { state: null, replaceState: (_state, _title, url) => void replaced.push(String(url)) },
      storage: place,
    })
    return { secret, replaced, place }
  }

  it('moves from the fragment to this tab, and the fragment is cleared', () => {
    const { secret, replaced, place } = at('#secret=0aff')
    expect(secret).toBe('0aff')
    expect(replaced).toEqual(['/'])
    expect(at('', place).secret).toBe('0aff')
  })

  it('is not taken from anything else', () => {
    expect(at('#secret=').secret).toBeNull()
    expect(at('#secret=<script>').secret).toBeNull()
    expect(at('#other').replaced).toEqual([])
  })
})

describe('drafts', () => {
  const make = (place = storage()) => {
    let count = 0
    return { place, drafts: createDrafts(place, () => `key-${(count += 1)}`) }
  }

  it('survive a reload, with their key', () => {
    const { place, drafts } = make()
    const draft = drafts.write('g1\n', 'hello')
    expect(make(place).drafts.read('g1\n')).toEqual(draft)
  })

  it('get another key with another text, and keep theirs with the same', () => {
    const { drafts } = make()
    const first = drafts.write('c', 'hello')
    expect(drafts.write('c', 'hello').key).toBe(first.key)
    expect(drafts.write('c', 'hello!').key).not.toBe(first.key)
  })

  it('leave nothing behind when sent or emptied', () => {
    const { place, drafts } = make()
    drafts.write('c', 'hello')
    drafts.clear('c')
    drafts.write('d', 'x')
    drafts.write('d', '')
    expect([...place.values]).toEqual([])
  })

  it('start empty when what was stored makes no sense', () => {
    const place = storage()
    place.setItem('hawser.drafts', '{"c":5}')
    expect(make(place).drafts.read('c').text).toBe('')
  })
})
