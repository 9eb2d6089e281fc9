// Words about what takes its time.
import type { Bilingual } from './language.js';

interface MeterTexts {
  readonly stop: string;
  readonly waiting: string;
  readonly loadingList: (done: string, of: string) => string;
  readonly preparing: string;
  readonly loadingProof: (mebibytes: string) => string;
  readonly checking: string;
  readonly verifying: (name: string) => string;
}

export const METER: Bilingual<MeterTexts> = {
  en: {
    stop: 'Stop',
    waiting: 'The server has not answered yet. Still waiting …',
    loadingList: (done, of) => `Loading the list: ${done} of ${of} entries …`,
    preparing: 'The server is preparing the proof …',
    loadingProof: (mebibytes) => `Loading the proof: ${mebibytes} MiB so far …`,
    checking: 'Checking the proof on this device …',
    verifying: (name) => `Verifying ${name} …`,
  },
  'zh-CN': {
    stop: '停止',
    waiting: '服务器尚未应答，仍在等待……',
    loadingList: (done, of) => `正在加载清单：${done} / ${of} 条……`,
    preparing: '服务器正在准备证明……',
    loadingProof: (mebibytes) => `正在下载证明：已收到 ${mebibytes} MiB……`,
    checking: '正在本机核验证明……',
    verifying: (name) => `正在核验 ${name}……`,
  },
};
