// The demo's archive: a small fictional ward in Chinese and English, several file types, made
// anew in a folder. No real person is described; every run makes the same bytes.
import { utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { makeNamedFolder } from '../../gateway/services/make-folder.js';

const CREATED = new Date('2026-10-30T09:00:00.000Z');

function cda(title: string, patient: string, text: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <title>${title}</title>
  <effectiveTime value="20261030"/>
  <recordTarget><patientRole><id extension="${patient}" root="2.999.1"/></patientRole></recordTarget>
  <component><structuredBody><component><section><text>${text}</text></section></component></structuredBody></component>
</ClinicalDocument>
`;
}

/** A one-page PDF with one line of ASCII text. */
function pdf(line: string): Buffer {
  const stream = `BT /F1 14 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 6\n0000000000 65535 f \n${rows}`;
  return Buffer.from(
    `${body}${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  );
}

/** A small greyscale picture, 8 bits a pixel: stands for a scan. */
function png(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const rows = Array.from({ length: side }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: side }, (_, x) => (x * y) & 0xff)]),
  );
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A DICOM file with a preamble, the mark and one element: enough to be recognised as one. */
function dicom(seed: number): Buffer {
  const pixels = Buffer.from(Array.from({ length: 2048 }, (_, at) => (at * seed) & 0xff));
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), pixels]);
}

function bundle(patient: string): string {
  const resource = {
    resourceType: 'Bundle',
    type: 'document',
    entry: [
      { resource: { resourceType: 'Patient', identifier: [{ value: patient }] } },
      { resource: { resourceType: 'Observation', status: 'final', valueString: '3.9 mmol/L' } },
    ],
  };
  return `${JSON.stringify(resource, null, 2)}\n`;
}

const FILES: Readonly<Record<string, string | Buffer>> = {
  '住院病历/P1001 王小明/入院记录.txt': '主诉: 发热三天。\n现病史: 患者三天前受凉后发热。\n',
  '住院病历/P1001 王小明/病程记录 第1天.txt': '体温 38.6 ℃, 予以补液及对症治疗。\n',
  '住院病历/P1001 王小明/病程记录 第2天.txt': '体温 37.4 ℃, 精神好转。\n',
  '住院病历/P1001 王小明/出院小结.xml': cda('出院小结', 'P1001', '病情好转, 准予出院。'),
  '住院病历/P1001 王小明/胸部影像.dcm': dicom(7),
  '住院病历/P1001 王小明/知情同意书.pdf': pdf('Consent form, signed 2026-10-28'),
  '住院病历/P1002 李华/入院记录.txt': '主诉: 右下腹痛一天。\n',
  '住院病历/P1002 李华/手术记录.txt': '腹腔镜阑尾切除术, 术中出血约 20 ml。\n',
  '住院病历/P1002 李华/手术同意书扫描.png': png(48),
  '住院病历/P1002 李华/检验结果.csv': '项目,结果,单位\n白细胞,13.2,10^9/L\n血红蛋白,128,g/L\n',
  'outpatient/P2001 Adams/visit 2026-10-29.xml': cda('Office visit', 'P2001', 'Follow-up visit.'),
  'outpatient/P2001 Adams/lab results.json': bundle('P2001'),
  'outpatient/P2001 Adams/referral letter.pdf': pdf('Referral to cardiology'),
  'outpatient/P2002 Müller/visit 2026-10-30.xml': cda('Office visit', 'P2002', 'Vaccination.'),
  'outpatient/P2002 Müller/ECG.png': png(64),
  'feeds/adt/A03 discharge P1001.hl7':
    'MSH|^~\\&|HIS|HOSP|ARCHIVE|HOSP|20261030||ADT^A03|MSG1|P|2.5\rPID|1||P1001\r',
  '行政/设备合同 2026-10.txt': '合同编号: 2026-10-07。设备: 监护仪 12 台。\n',
  '行政/值班表.csv': '日期,科室,医师\n2026-10-30,内科,张医师\n',
};

/** Writes the archive below `folder` and tells its relative paths. */
export async function writeDemoArchive(folder: string): Promise<string[]> {
  for (const [relative, content] of Object.entries(FILES)) {
    const path = join(folder, relative);
    await makeNamedFolder(dirname(path), 'a folder of the demo');
    writeFileSync(path, content);
    utimesSync(path, CREATED, CREATED);
  }
  return Object.keys(FILES);
}
