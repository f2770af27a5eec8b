import { render } from "preact";
import { connect } from "./session";
import { App } from "./ui/App";
import "./style/base.css";
import "./style/layout.css";
import "./style/thread.css";
import "./style/prose.css";
import "./style/dialog.css";

void connect();
render(<App />, document.getElementById("app")!);
