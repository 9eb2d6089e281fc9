// Files as the browser gives them: chosen, dropped, in folders.

export interface TakenFile {
  readonly path: string;
  readonly file: File;
  readonly inFolder: boolean;
}

/** More than this at once would take the browser's memory. */
export const MAX_FILES = 20_000;

export function chosenFiles(list: FileList | null): TakenFile[] {
  return [...(list ?? [])].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
    inFolder: file.webkitRelativePath !== '',
  }));
}

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject));

/** One call gives some of a folder only; an empty answer is the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** What was dropped, folders walked through; at most one more than {@link MAX_FILES}. */
async function droppedFiles(data: DataTransfer): Promise<TakenFile[]> {
  // The list is emptied when this turn ends.
  const taken: TakenFile[] = [];
  const roots = [...data.items].flatMap((item) => {
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null;
    if (file !== null) taken.push({ path: file.name, file, inFolder: false });
    return entry ?? [];
  });
  const waiting = roots.map((entry) => ({ entry, inFolder: false })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (taken.length > MAX_FILES) break;
    const { entry, inFolder } = next;
    if (entry.isFile) {
      const file = await fileOf(entry as FileSystemFileEntry);
      taken.push({ path: entry.fullPath.replace(/^\//, ''), file, inFolder });
    } else {
      const children = await childrenOf(entry as FileSystemDirectoryEntry);
      waiting.push(...children.map((child) => ({ entry: child, inFolder: true })).reverse());
    }
  }
  return taken;
}

/** Gives what is dropped on an element to `take`, and marks the element meanwhile. */
export function takeDrops(zone: HTMLElement, take: (files: Promise<TakenFile[]>) => void): void {
  const over = (isOver: boolean) => () => zone.classList.toggle('is-over', isOver);
  zone.addEventListener('dragenter', over(true));
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)();
    if (event.dataTransfer !== null) take(droppedFiles(event.dataTransfer));
  });
}
