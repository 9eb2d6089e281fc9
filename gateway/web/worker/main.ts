// The worker of a page.
export {};
