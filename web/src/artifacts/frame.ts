// What models write runs only in a sandboxed frame: `/artifact` is a static shell with a policy of its own, in an origin
// of its own, without network, storage or access to this page. The shell says that it is ready, and is handed one
// document.

const READY = "openk2:artifact-ready";
const SHOW = "openk2:artifact";

/** A frame that shows the document. The frame's origin is opaque, so the page knows it by its window. */
export function showIn(frame: HTMLIFrameElement, html: string): () => void {
  const onMessage = (event: MessageEvent) => {
    if (event.source !== frame.contentWindow || event.data?.type !== READY) return;
    frame.contentWindow!.postMessage({ type: SHOW, html }, "*");
  };
  addEventListener("message", onMessage);
  frame.src = "artifact";
  return () => removeEventListener("message", onMessage);
}

export function sandboxedFrame(title: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.referrerPolicy = "no-referrer";
  frame.title = title;
  return frame;
}
