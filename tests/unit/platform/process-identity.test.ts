import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { processMark, sendSignal, startTicks } from '../../../electron/platform/process-identity.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'

it('marks a process as itself for as long as it lives', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const mark = await processMark(pid, systemSpawner)
  expect(mark).toMatch(/\d/)
  expect(await processMark(pid, systemSpawner)).toBe(mark)
  expect(await processMark(process.pid, systemSpawner)).not.toBe(mark)
  expect(sendSignal(pid, 'SIGKILL')).toBe(true)
  await once(child, 'exit')
  expect(await processMark(pid, systemSpawner)).toBeNull()
  expect(sendSignal(pid, 'SIGTERM')).toBe(false)
})

it('asks the tool of each system, and takes its silence for absence', async () => {
  const asked: string[] = []
  const run = (code: number, stdout: string) => ({
    run: (command: string) => {
      asked.push(command)
      return Promise.resolve({ code, signal: null, stdout, stderr: '', timedOut: false, truncated: false })
    },
  })
  expect(await processMark(5, run(0, ' Fri Nov 21 02:15:30 2026\n'), 'darwin')).toBe(
    'Fri Nov 21 02:15:30 2026',
  )
  expect(await processMark(5, run(0, '638000000000\r\n'), 'win32')).toBe('638000000000')
  expect(await processMark(5, run(1, ''), 'darwin')).toBeNull()
  expect(asked).toEqual(['ps', 'powershell.exe', 'ps'])
})

it('reads the start time of a process whatever its name is, and takes a zombie for gone', () => {
  const rest = [
    '1',
    '1',
    '1',
    '0',
    '-1',
    '4',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '20',
    '0',
    '7',
    '0',
    '987654',
    '0',
  ]
  expect(startTicks(`42 (a) b (c)) S ${rest.join(' ')}`)).toBe('987654')
  expect(startTicks(`42 (node) Z ${rest.join(' ')}`)).toBeNull()
})
