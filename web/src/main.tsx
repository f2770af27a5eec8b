import { render } from "preact";
import { begin } from "./state/account";
import { connect } from "./state/models";
import { App } from "./ui/App";
import "./style/base.css";
import "./style/controls.css";
import "./style/layout.css";
import "./style/sidebar.css";
import "./style/thread.css";
import "./style/composer.css";
import "./style/prose.css";
import "./style/dialog.css";
import "./style/artifact.css";
import "./style/usage.css";

void connect();
void begin();
render(<App />, document.getElementById("app")!);
