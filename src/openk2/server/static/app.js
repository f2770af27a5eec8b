const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./math_library.css","./chart_library.css"])))=>i.map(i=>d[i]);
// node_modules/preact/dist/preact.mjs
var n$1;
var t$3;
var r$2;
var u$3;
var i$2;
var f$4;
var o$3;
var e$2;
var l$2;
var c$3;
var a$3;
var h$4 = Symbol.for("pv");
var p$4 = {};
var y$5 = [];
var v$4 = /^m(i|n|o|s|text|space)$/;
var w$5 = Array.isArray;
var d$4 = y$5.slice;
var _$4 = Object.assign;
function g$5(n) {
	n && n.parentNode && n.remove();
}
function k$3(n, t, r) {
	var u, i, f, o = {}, e = arguments.length;
	for (f in t) "key" == f ? u = t[f] : "ref" == f && "function" != typeof n ? i = t[f] : o[f] = t[f];
	return e > 2 && (o.children = e > 3 ? d$4.call(arguments, 2) : r), m$4(n, o, u, i, null);
}
function m$4(r, u, i, f, o) {
	var e = {
		type: r,
		props: u,
		key: i,
		ref: f,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: h$4,
		__v: o || ++t$3,
		__i: -1,
		__u: 0
	};
	return !o && n$1.vnode && n$1.vnode(e), e;
}
function $$1(n) {
	return n.children;
}
function x$3(n, t) {
	this.props = n, this.context = t, this.__g = 0;
}
function S$2(n, t) {
	if (null == t) return n.__ && S$2(n.__, n.__i + 1);
	for (var r; t < n.__k.length; t++) if ((r = n.__k[t]) && r.__e) return r.__e;
	return "function" != typeof n.type || n.props.__P ? null : S$2(n);
}
function C$3(t) {
	var r, u = t.__v, i = u.__e, f = [], o = [], e = t.__P;
	e && ((r = _$4({ constructor: h$4 }, u)).__v = u.__v + 1, n$1.vnode && n$1.vnode(r), z$3(e, r, u, t.__n, e.namespaceURI, 32 & u.__u ? [i] : null, f, i || S$2(u), 32 & u.__u, o), r.__v = u.__v, r.__.__k[r.__i] = r, E$2(f, r, o), u.__ = u.__e = null, r.__e != i && j$2(r));
}
function j$2(n) {
	if ((n = n.__) && n.__c && !n.props.__P) return n.__e = null, n.__k.some(function(t) {
		return t && (n.__e = t.__e);
	}), j$2(n);
}
function L$2(t) {
	(8 & t.__g || (t.__g |= 8, u$3.push(t), f$4++)) && i$2 == n$1.debounceRendering || ((i$2 = n$1.debounceRendering) || queueMicrotask)(H$1);
}
function H$1() {
	try {
		for (var n, t = 1; u$3.length;) u$3.length > t && u$3.sort(o$3), n = u$3.shift(), t = u$3.length, 8 & n.__g && C$3(n);
	} finally {
		(f$4 = u$3.length) && (i$2 || queueMicrotask)(H$1);
	}
}
function I$2(n, t, r, u, i, f, o, e, l, c, a) {
	var s, h, v, w, d, _, g = u.__k || y$5, k = t.length;
	for (l = q$2(r, t, g, l, k), s = 0; s < k; s++) null != (v = r.__k[s]) && (h = ~v.__i && g[v.__i] || p$4, v.__i = s, _ = z$3(n, v, h, i, f, o, e, l, c, a), w = v.__e, (h.ref != v.ref || 8 & h.__u) && (h.ref && G$2(h.ref, null, v, h), v.ref && a.push(v.ref, v.__c || w, v)), d = d || w, 4 & v.__u ? (l = A$4(v, l, n, !h.__v), h.__e && (h.__e = null)) : "function" == typeof v.type && void 0 !== _ ? l = _ : w && (l = w.nextSibling), v.__u &= -21);
	return r.__e = d, l;
}
function q$2(n, t, r, u, i) {
	var f, o, e, l, c, a, s, p, y, v = r.length, d = v, _ = 0, g = 0, k = n.__k = Array(i);
	for (f = 0; f < i; f++) null != (o = t[f]) && "boolean" != typeof o && "function" != typeof o ? ("object" != typeof o || o.constructor === String ? o = k[f] = m$4(null, o) : w$5(o) ? o = k[f] = m$4($$1, { children: o }) : o.constructor === h$4 && o.__b ? o = k[f] = m$4(o.type, o.props, o.key, o.ref, o.__v) : k[f] = o, l = f + _, o.__ = n, o.__b = n.__b + 1, e = null, ~(c = o.__i = P$3(o, r, l, d)) && (d--, (e = r[c]) && (e.__u |= 2)), e && e.__v ? (o.__u |= 16, c == l - 1 ? _-- : c == l + 1 ? _++ : c != l && (c > l ? _-- : _++, g = 1)) : (~c || (i > v ? _-- : i < v && _++), "function" != typeof o.type && (o.__u |= 4))) : k[f] = null;
	if (g) {
		for (a = [], s = [], f = 0; f < i; f++) if ((o = k[f]) && 16 & o.__u) {
			for (_ = 0, p = a.length; _ < p;) a[y = _ + p >> 1] < o.__i ? _ = y + 1 : p = y;
			a[_] = o.__i, s[f] = _ + 1;
		}
		for (_ = a.length; f--;) s[f] && (s[f] == _ ? _-- : k[f].__u |= 4);
	}
	if (d) for (f = 0; f < v; f++) !(e = r[f]) || 2 & e.__u || (e.__e == u && (u = S$2(e)), J$2(e, e));
	return u;
}
function A$4(n, t, r, u) {
	var i, f, o, e;
	if ("function" == typeof n.type) {
		if (n.props.__P) return t;
		if (i = n.__k) for (f = 0; f < i.length; f++) i[f] && (i[f].__ = n, t = A$4(i[f], t, r, !1));
		return t;
	}
	for (t && !t.parentNode && (t = S$2(n)) && !t.parentNode && (t = null), o = n.__e, e = t; e && 8 == e.nodeType;) e = e.nextSibling;
	for (o != e && (!u && r.moveBefore && o.parentNode ? r.moveBefore(o, t) : r.insertBefore(o, t || null)), t = o; (t = t && t.nextSibling) && 8 == t.nodeType && !t.data.startsWith("$s"););
	return t;
}
function P$3(n, t, r, u) {
	var i, f = n.key, o = n.type, e = t[r], l = e && !(2 & e.__u);
	if (null === e && null == f || l && f == e.key && o == e.type) return r;
	if (u > (l ? 1 : 0)) {
		for (i = r - 1; i >= 0; i--) if ((e = t[i]) && !(2 & e.__u) && f == e.key && o == e.type) return i;
		for (i = r + 1; i < t.length; i++) if ((e = t[i]) && !(2 & e.__u) && f == e.key && o == e.type) return i;
	}
	return -1;
}
function T$2(n, t, r) {
	r ??= "", "-" == t[0] ? n.setProperty(t, r) : n[t] = r;
}
function N$2(n, t, r, u, i) {
	var f, o;
	if ("style" == t) if ("string" == typeof r) n.style.cssText = r;
	else {
		if ("string" == typeof u && (n.style.cssText = u = ""), u) for (t in u) r && t in r || T$2(n.style, t);
		if (r) for (t in r) u && r[t] == u[t] || T$2(n.style, t, r[t]);
	}
	else if ("o" == t[0] && "n" == t[1]) "function" != typeof r && (r = null), "function" != typeof u && (u = null), (n.__e || (n.__e = {}))[t] = r, r && u || (o = a$3[t] || (a$3[t] = V$2(t)), (n.__a || (n.__a = {}))[t] = c$3, f = t != (t = t.replace(l$2, "$1")), (t = t.slice(2))[0] < "a" && (t = t.toLowerCase()), r ? n.addEventListener(t, o, f) : n.removeEventListener(t, o, f));
	else {
		if ("http://www.w3.org/2000/svg" == i) t = t.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
		else if ("width" != t && "height" != t && "href" != t && "list" != t && "form" != t && "tabIndex" != t && "download" != t && "rowSpan" != t && "colSpan" != t && "role" != t && "popover" != t && t in n) try {
			n[t] = null == r ? "" : r;
			return;
		} catch (n) {}
		if ("function" == typeof r) return;
		null == r || !1 === r && "-" != t[4] ? n.removeAttribute(t) : n.setAttribute(t, "popover" == t && 1 == r ? "" : r);
	}
}
function V$2(t) {
	return function(r) {
		var u = this.__e;
		if (u) {
			if (u = u[t], null == r[e$2]) r[e$2] = c$3++;
			else if (r[e$2] < this.__a[t]) return;
			return u(n$1.event ? n$1.event(r) : r);
		}
	};
}
function z$3(t, r, u, i, f, o, e, l, c, a) {
	var s, p, v, d, k, b, m, M, C, j, L, H, q, A, O, P, T, N, V = r.type;
	if (r.constructor !== h$4) return null;
	128 & u.__u && (c = 32 & u.__u, s = u.__c.__z) && (r.__u |= c, p = o = [], 8 == s.nodeType ? l = B$2(s, o) : o.push(s), l = o[0] || l), (s = n$1.__b) && s(r);
	n: if ("function" == typeof V) {
		v = e.length;
		try {
			if (M = r.props, C = (s = V.prototype) && s.render, j = (s = V.contextType) && i[s.__c], L = s ? j ? j.props.value : s.__ : i, (d = u.__c) ? (r.__c = d, 2 & d.__g && (d.__g |= 1)) : (C ? r.__c = d = new V(M, L) : (r.__c = d = new x$3(M, L), d.constructor = V, d.render = K$1), j && j.sub(d), d.state || (d.state = {}), d.__n = i, d.__g |= 8, d.__h = [], d.__k = []), C && (d.__s || (d.__s = d.state), V.getDerivedStateFromProps && (d.__s == d.state && (d.__s = _$4({}, d.__s)), _$4(d.__s, V.getDerivedStateFromProps(M, d.__s)))), k = d.props, b = d.state, d.__v = r, u.__c) {
				if (M !== k && C && !V.getDerivedStateFromProps && d.componentWillReceiveProps && d.componentWillReceiveProps(M, L), r.__v == u.__v && !(8 & d.__g) || !(4 & d.__g) && d.shouldComponentUpdate && !1 === d.shouldComponentUpdate(M, d.__s, L)) {
					r.__v != u.__v && (d.props = M, d.state = d.__s, d.__g &= -9), r.__e = u.__e, r.__k = u.__k, r.__k.some(function(n) {
						n && (n.__ = r);
					}), y$5.push.apply(d.__h, d.__k), d.__k = [], d.__h.length && e.push(d), l = S$2(u);
					break n;
				}
				d.componentWillUpdate && d.componentWillUpdate(M, d.__s, L), C && d.componentDidUpdate && d.__h.push(function() {
					d.componentDidUpdate(k, b, m);
				});
			} else C && !V.getDerivedStateFromProps && d.componentWillMount && d.componentWillMount(), C && d.componentDidMount && d.__h.push(d.componentDidMount);
			d.context = L, d.props = M, d.__P = t, d.__g &= -5, H = n$1.__r, q = C ? 25 : 0;
			do
				d.__g &= -9, H && H(r), s = d.render(d.props, d.state = d.__s, d.context);
			while (8 & d.__g && ++q < 25);
			C && (y$5.push.apply(d.__h, d.__k), d.__k = []), d.state = d.__s, d.getChildContext && (i = _$4({}, i, d.getChildContext())), C && u.__c && d.getSnapshotBeforeUpdate && (m = d.getSnapshotBeforeUpdate(k, b)), A = s && s.type === $$1 && null == s.key ? s.props.children : s, M.__P && (s = l, f = (t = M.__P).namespaceURI, c = o = null, u.props && u.props.__P != t && (u.__k.some(function(n) {
				n && J$2(n, n);
			}), u.__k = null), l = u.__k ? S$2(u, 0) : null), l = I$2(t, w$5(A) ? A : [A], r, u, i, f, o, e, l, c, a), M.__P && (r.__e = null, l = s), r.__u &= -161, p && p.some(g$5), d.__h.length && e.push(d), 1 & d.__g && (d.__g &= -4);
		} catch (t) {
			if (e.length = v, r.__v = null, c || o) if (t && t.then) {
				if (r.__u |= 128 | c, o) {
					for (~(T = o.indexOf(l || void 0)) || (T = o.length); (N = o[T - 1]) && 8 == N.nodeType;) T--;
					for (; T < o.length; T++) if (N = o[T]) if (o[T] = null, O) {
						if (N == P) break;
					} else {
						if (8 != N.nodeType) break;
						N.data.startsWith("$s") && (P = B$2(O = N));
					}
				}
				if (!O) {
					for (; l && 8 == l.nodeType && l.nextSibling;) l = l.nextSibling;
					O = l;
				}
				(s = B$2(O = r.__c.__z || (r.__c.__z = O))) ? (r.__e = O, l = s) : r.__e = l, l = l && l.nextSibling;
			} else o && o.some(g$5);
			else r.__e = u.__e;
			r.__k || (r.__k = u.__k || []), t && t.then || D$3(r), n$1.__e(t, r, u);
		}
	} else l = r.__e = F$4(u.__e, r, u, i, f, o, e, c, a, t);
	return (s = n$1.diffed) && s(r), l;
}
function B$2(n, t) {
	if (n && 8 == n.nodeType && n.data.startsWith("$s")) for (var r = 1; n = n.nextSibling;) {
		if (8 == n.nodeType) {
			if (n.data.startsWith("$s")) r++;
			else if (n.data.startsWith("/$s") && !--r) return n;
		}
		t && t.push(n);
	}
}
function D$3(n) {
	n && (n.__c && (n.__c.__g |= 4), n.__k && n.__k.some(D$3));
}
function E$2(t, r, u) {
	for (var i = 0; i < u.length;) G$2(u[i++], u[i++], u[i++]);
	n$1.__c && n$1.__c(r, t), t.some(function(r) {
		try {
			t = r.__h, r.__h = [], t.some(function(n) {
				n.call(r);
			});
		} catch (t) {
			n$1.__e(t, r.__v);
		}
	});
}
function F$4(t, r, u, i, f, o, e, l, c, a) {
	var s, h, y, _, k, b, m, M, $ = u.props || p$4, x = r.props, C = r.type;
	if ("svg" == C ? f = "http://www.w3.org/2000/svg" : "math" == C ? f = "http://www.w3.org/1998/Math/MathML" : f || (f = "http://www.w3.org/1999/xhtml"), o) {
		for (s = 0; s < o.length; s++) if ((k = o[s]) && (C ? k.localName == C : 3 == k.nodeType)) {
			t = k, o[s] = null;
			break;
		}
	}
	if (!t) {
		if (M = a.ownerDocument || document, !C) return M.createTextNode(x);
		t = M.createElementNS(f, C, x.is ? x : a), l && (n$1.__m && n$1.__m(r, o), l = !1), o = null;
	}
	if (C) {
		if (a = "template" == C && t.content || t, o = "textarea" == C && null != x.defaultValue ? null : o && d$4.call(a.childNodes), !l && o) for ($ = {}, s = 0; s < t.attributes.length; s++) $[(k = t.attributes[s]).name] = k.value;
		for (s in $) k = $[s], "dangerouslySetInnerHTML" == s ? y = k : "children" == s || s in x || "value" == s && "defaultValue" in x || "checked" == s && "defaultChecked" in x || N$2(t, s, null, k, f);
		for (s in x) k = x[s], "children" == s ? _ = k : "dangerouslySetInnerHTML" == s ? h = k : "value" == s ? b = k : "checked" == s ? m = k : l && "function" != typeof k || $[s] === k || N$2(t, s, k, $[s], f);
		h ? (l || y && (h.__html == y.__html || h.__html == t.innerHTML) || (t.innerHTML = h.__html), r.__k = []) : (y && (t.textContent = ""), ("foreignObject" == C || "http://www.w3.org/1998/Math/MathML" == f && v$4.test(C)) && (f = "http://www.w3.org/1999/xhtml"), I$2(a, w$5(_) ? _ : [_], r, u, i, f, o, e, o ? o[0] : u.__k && S$2(u, 0), l, c), o && o.some(g$5)), l && "textarea" != C || (s = "value", "progress" == C && null == b ? t.removeAttribute(s) : null == b || b === t[s] && ("progress" != C || b) || N$2(t, s, b, $[s], f), s = "checked", null != m && m != t[s] && N$2(t, s, m, $[s], f));
	} else $ === x || l && t.data == x || (t.data = x);
	return t;
}
function G$2(t, r, u, i) {
	try {
		"function" == typeof t ? r ? r.__x = t(r) || 1 : i && (i = i.__c || i.__e) && (r = i.__x) && (i.__x = null, "function" == typeof r ? r() : t(null)) : t.current = r;
	} catch (t) {
		n$1.__e(t, u);
	}
}
function J$2(t, r, u) {
	var i, f, o, e;
	if (n$1.unmount && n$1.unmount(t), !(i = t.ref) || i.current && i.current != t.__e || G$2(i, null, r, t), i = t.__c) {
		if (i.componentWillUnmount) try {
			i.componentWillUnmount();
		} catch (t) {
			n$1.__e(t, r);
		}
		i.__P = i.__n = null;
	}
	if (i = t.__k) for (e = 0; e < i.length; e++) i[e] && J$2(i[e], r, "function" != typeof t.type || u && !t.props.__P);
	!u && (i = t.__c) && (i = i.__z) && (f = B$2(i, o = [])) && (i == t.__e && o.some(g$5), g$5(f), g$5(i)), u || g$5(t.__e), t.__e = t.__c = t.__ = null;
}
function K$1(n, t, r) {
	return this.constructor(n, r);
}
function Q$2(t, r) {
	var u, i, f, o;
	n$1.__ && n$1.__(t, r), 9 == r.nodeType && (r = r.documentElement), i = (u = t && 32 & t.__u) ? null : r.__k, r.__k = m$4($$1, { children: [t] }), f = [], o = [], z$3(r, r.__k, i || p$4, p$4, r.namespaceURI, i ? null : r.firstChild ? d$4.call(r.childNodes) : null, f, i ? i.__e : r.firstChild, u, o), E$2(f, r.__k, o), r.__k.props.children = null;
}
n$1 = { __e: function(n, t, r, u) {
	for (var i, o, e; t = t.__;) if ((i = t.__c) && !(1 & i.__g)) {
		i.__g |= 4;
		try {
			if ((e = (o = i.constructor) && o.getDerivedStateFromError) && i.setState(o.getDerivedStateFromError(n)), i.componentDidCatch && (i.componentDidCatch(n, u || {}), e = 1), e && 8 & i.__g) return void (i.__g |= 2);
		} catch (t) {
			n = t;
		}
	}
	throw f$4 = 0, n;
} }, t$3 = 0, r$2 = function(n) {
	return null != n && n.constructor === h$4;
}, x$3.prototype.setState = function(n, t) {
	var r = this.__s;
	r && r != this.state || (r = this.__s = _$4({}, this.state)), "function" == typeof n && (n = n(_$4({}, r), this.props)), n && (_$4(r, n), this.__v && (t && this.__k.push(t), L$2(this)));
}, x$3.prototype.forceUpdate = function(n) {
	this.__v && (this.__g |= 4, n && this.__h.push(n), L$2(this));
}, x$3.prototype.render = $$1, u$3 = [], f$4 = 0, o$3 = function(n, t) {
	return n.__v.__b - t.__v.__b;
}, e$2 = Symbol(), l$2 = /(PointerCapture)$|Capture$/i, c$3 = 0, a$3 = {};
// node_modules/preact/hooks/dist/hooks.mjs
var t$2;
var r$1;
var u$2;
var i$1;
var o$2 = Object.is;
var f$3 = 0;
var c$2 = [];
var e$1 = [];
var a$2 = n$1;
var v$3 = a$2.__b;
var l$1 = a$2.__r;
var m$3 = a$2.diffed;
var h$3 = a$2.__c;
var s$1 = a$2.unmount;
var p$3 = a$2.__;
function y$4(n, t) {
	a$2.__h && a$2.__h(r$1, n, f$3 || t), f$3 = 0;
	var u = r$1.__H || (r$1.__H = {
		__: [],
		__h: []
	});
	return n >= u.__.length && u.__.push({}), u.__[n];
}
function d$3(n) {
	return f$3 = 1, _$3(G$1, n);
}
function _$3(n, u, i) {
	var f = y$4(t$2++, 2);
	if (f.t = n, !f.__c && (f.__ = [i ? i(u) : G$1(void 0, u), function(n) {
		var t = (f.__N || f.__)[0], r = f.t(t, n);
		o$2(t, r) || (f.__N = [r, f.__[1]], f.__c.setState({}));
	}], f.__c = r$1, !r$1.__f)) {
		r$1.__f = !0;
		var c = r$1.shouldComponentUpdate;
		r$1.shouldComponentUpdate = function(n, t, r) {
			var u = this.__H;
			if (!u) return !0;
			var i = !1, f = this.props != n;
			if (u.__.some(function(n) {
				n.__N && (i = !0, o$2(n.__[0], n.__N[0]) || (f = !0));
			}), c) {
				var e = c.call(this, n, t, r);
				return i ? e || f : e;
			}
			return !i || f;
		};
	}
	return f.__;
}
function A$3(n, u) {
	var i = y$4(t$2++, 3);
	!a$2.__s && E$1(i.__H, u) && (i.__P = !0, i.__ = n, i.u = u, r$1.__H.__h.push(i));
}
function F$3(n, u) {
	var i = y$4(t$2++, 4);
	!a$2.__s && E$1(i.__H, u) && (i.__P = !1, i.__ = n, i.u = u, r$1.__h.push(i));
}
function T$1(n) {
	return f$3 = 5, w$4(function() {
		return { current: n };
	}, []);
}
function w$4(n, r) {
	var u = y$4(t$2++, 7);
	return E$1(u.__H, r) && (u.__ = n(), u.__H = r), u.__;
}
function P$2() {
	var n = y$4(t$2++, 11);
	if (!n.__) {
		for (var u = r$1.__v; !u.__m && u.__;) u = u.__;
		var i = u.__m || (u.__m = [0, 0]);
		n.__ = "P" + i[0] + "-" + i[1]++;
	}
	return n.__;
}
function g$4() {
	var n;
	do {
		for (; n = e$1.shift();) try {
			C$2(n);
		} catch (t) {
			a$2.__e(t, { __: (n = n.__P) && n.__v });
		}
		for (; n = c$2.shift();) {
			var t = n.__H;
			if (n.__P && t) try {
				t.__h.some(C$2), t.__h.some(D$2), t.__h = [];
			} catch (r) {
				t.__h = [], a$2.__e(r, n.__v);
			}
		}
	} while (e$1.length);
}
a$2.__b = function(n) {
	r$1 = null, v$3 && v$3(n);
}, a$2.__ = function(n, t) {
	n && t.__k && t.__k.__m && (n.__m = t.__k.__m), p$3 && p$3(n, t);
}, a$2.__r = function(n) {
	l$1 && l$1(n), t$2 = 0;
	var i = (r$1 = n.__c).__H;
	i && (u$2 == r$1 ? r$1.__h = [] : (i.__h.some(C$2), i.__h.some(D$2), t$2 = 0), i.__h = [], i.__.some(function(n) {
		n.__N && (n.__ = n.__N), n.u = n.__N = void 0;
	})), u$2 = r$1;
}, a$2.diffed = function(n) {
	m$3 && m$3(n);
	var t = n.__c;
	t && t.__H && (t.__H.__h.length && B$1(c$2.push(t)), t.__H.__.some(function(n) {
		n.u && (n.__H = n.u);
	})), u$2 = r$1 = null;
}, a$2.__c = function(n, t) {
	t.some(function(n) {
		try {
			n.__h.some(C$2), n.__h = n.__h.filter(function(n) {
				return !n.__ || D$2(n);
			});
		} catch (t) {
			n.__h = [function() {
				throw t;
			}];
		}
	}), h$3 && h$3(n, t);
}, a$2.unmount = function(n) {
	s$1 && s$1(n);
	var t, r, u = n.__c;
	u && u.__H && (u.__H.__.some(function(u) {
		try {
			if (u.__P && u.__c) {
				if (void 0 === r) {
					for (r = n.__; r && (!r.__c || !r.__c.__P);) r = r.__;
					r = r && r.__c;
				}
				u.__P = r, B$1(e$1.push(u));
			} else C$2(u);
		} catch (n) {
			t = n;
		}
	}), u.__H = void 0, t && a$2.__e(t, u.__v));
};
var k$2 = "function" == typeof requestAnimationFrame;
function z$2(n) {
	var t, r = function() {
		clearTimeout(u), k$2 && cancelAnimationFrame(t), setTimeout(n);
	}, u = setTimeout(r, 35);
	k$2 && (t = requestAnimationFrame(r));
}
function B$1(n) {
	1 != n && i$1 == a$2.requestAnimationFrame || ((i$1 = a$2.requestAnimationFrame) || z$2)(g$4);
}
function C$2(n) {
	var t = r$1, u = n.__c;
	"function" == typeof u && (n.__c = void 0, u()), r$1 = t;
}
function D$2(n) {
	var t = r$1;
	n.__c = n.__(), r$1 = t;
}
function E$1(n, t) {
	return !n || n.length != t.length || t.some(function(t, r) {
		return !o$2(t, n[r]);
	});
}
function G$1(n, t) {
	return "function" == typeof t ? t(n) : t;
}
// node_modules/@preact/signals-core/dist/signals-core.module.js
var i = Symbol.for("preact-signals");
function t$1() {
	if (!(v$2 > 1)) {
		var i, t = !1;
		(function() {
			var i = c$1;
			c$1 = void 0;
			while (void 0 !== i) {
				var t = i.S;
				if (t.v === i.v) {
					for (var r = t.t; void 0 !== r; r = r.x) if (r.i === i.i) r.i = t.i;
				}
				i = i.o;
			}
		})();
		while (void 0 !== h$2) {
			var r = h$2;
			h$2 = void 0;
			s++;
			while (void 0 !== r) {
				var n = r.u;
				r.u = void 0;
				r.f &= -3;
				if (!(8 & r.f) && w$3(r)) try {
					r.c();
				} catch (r) {
					if (!t) {
						i = r;
						t = !0;
					}
				}
				r = n;
			}
		}
		s = 0;
		v$2--;
		if (t) throw i;
	} else v$2--;
}
function r(i) {
	if (v$2 > 0) return i();
	u$1 = ++e;
	v$2++;
	try {
		return i();
	} finally {
		t$1();
	}
}
var n;
var o$1 = void 0;
function f$2(i) {
	var t = o$1, r = n;
	o$1 = void 0;
	n = void 0;
	try {
		return i();
	} finally {
		o$1 = t;
		n = r;
	}
}
var h$2 = void 0;
var v$2 = 0;
var s = 0;
var e = 0;
var u$1 = 0;
var c$1 = void 0;
var a$1 = 0;
function d$2(i) {
	if (void 0 !== o$1) {
		var t = i.n;
		if (void 0 === t || t.t !== o$1) {
			t = {
				i: 0,
				S: i,
				p: o$1.s,
				n: void 0,
				t: o$1,
				e: void 0,
				x: void 0,
				r: t
			};
			if (void 0 !== o$1.s) o$1.s.n = t;
			o$1.s = t;
			i.n = t;
			if (32 & o$1.f) i.S(t);
			return t;
		} else if (-1 === t.i) {
			t.i = 0;
			if (void 0 !== t.n) {
				t.n.p = t.p;
				if (void 0 !== t.p) t.p.n = t.n;
				t.p = o$1.s;
				t.n = void 0;
				o$1.s.n = t;
				o$1.s = t;
			}
			return t;
		}
	}
}
function l(i, t) {
	this.v = i;
	this.i = 0;
	this.n = void 0;
	this.t = void 0;
	this.l = 0;
	this.W = null == t ? void 0 : t.watched;
	this.Z = null == t ? void 0 : t.unwatched;
	this.name = null == t ? void 0 : t.name;
}
l.prototype.brand = i;
l.prototype.h = function() {
	return !0;
};
l.prototype.S = function(i) {
	var t = this, r = this.t;
	if (r !== i && void 0 === i.e) {
		i.x = r;
		this.t = i;
		if (void 0 !== r) r.e = i;
		else f$2(function() {
			var i;
			null == (i = t.W) || i.call(t);
		});
	}
};
l.prototype.U = function(i) {
	var t = this;
	if (void 0 !== this.t) {
		var r = i.e, n = i.x;
		if (void 0 !== r) {
			r.x = n;
			i.e = void 0;
		}
		if (void 0 !== n) {
			n.e = r;
			i.x = void 0;
		}
		if (i === this.t) {
			this.t = n;
			if (void 0 === n) f$2(function() {
				var i;
				null == (i = t.Z) || i.call(t);
			});
		}
	}
};
l.prototype.subscribe = function(i) {
	var t = this;
	return x$2(function() {
		var r = t.value;
		f$2(function() {
			return i(r);
		});
	}, { name: "sub" });
};
l.prototype.valueOf = function() {
	return this.value;
};
l.prototype.toString = function() {
	return this.value + "";
};
l.prototype.toJSON = function() {
	return this.value;
};
l.prototype.peek = function() {
	var i = this;
	return f$2(function() {
		return i.value;
	});
};
Object.defineProperty(l.prototype, "value", {
	get: function() {
		var i = d$2(this);
		if (void 0 !== i) i.i = this.i;
		return this.v;
	},
	set: function(i) {
		if (i !== this.v) {
			if (s > 100) throw new Error("Cycle detected");
			(function(i) {
				if (0 !== v$2 && 0 === s) {
					if (i.l !== u$1) {
						i.l = u$1;
						c$1 = {
							S: i,
							v: i.v,
							i: i.i,
							o: c$1
						};
					}
				}
			})(this);
			this.v = i;
			this.i++;
			a$1++;
			v$2++;
			try {
				for (var r = this.t; void 0 !== r; r = r.x) r.t.N();
			} finally {
				t$1();
			}
		}
	}
});
function y$3(i, t) {
	return new l(i, t);
}
function w$3(i) {
	for (var t = i.s; void 0 !== t; t = t.n) if (t.S.i !== t.i || !t.S.h() || t.S.i !== t.i) return !0;
	return !1;
}
function b$2(i) {
	for (var t = i.s; void 0 !== t; t = t.n) {
		var r = t.S.n;
		if (void 0 !== r) t.r = r;
		t.S.n = t;
		t.i = -1;
		if (void 0 === t.n) {
			i.s = t;
			break;
		}
	}
}
function _$2(i) {
	var t = i.s, r = void 0;
	while (void 0 !== t) {
		var n = t.p;
		if (-1 === t.i) {
			t.S.U(t);
			if (void 0 !== n) n.n = t.n;
			if (void 0 !== t.n) t.n.p = n;
		} else r = t;
		t.S.n = t.r;
		if (void 0 !== t.r) t.r = void 0;
		t = n;
	}
	i.s = r;
}
function j$1(i, t) {
	l.call(this, void 0, t);
	this.x = i;
	this.s = void 0;
	this.g = a$1 - 1;
	this.f = 4;
}
j$1.prototype = new l();
j$1.prototype.h = function() {
	this.f &= -3;
	if (1 & this.f) return !1;
	if (32 == (36 & this.f)) return !0;
	this.f &= -5;
	if (this.g === a$1) return !0;
	this.g = a$1;
	this.f |= 1;
	if (this.i > 0 && !w$3(this)) {
		this.f &= -2;
		return !0;
	}
	var i = o$1;
	try {
		b$2(this);
		o$1 = this;
		var t = this.x();
		if (16 & this.f || this.v !== t || 0 === this.i) {
			this.v = t;
			this.f &= -17;
			this.i++;
		}
	} catch (i) {
		this.v = i;
		this.f |= 16;
		this.i++;
	}
	o$1 = i;
	_$2(this);
	this.f &= -2;
	return !0;
};
j$1.prototype.S = function(i) {
	if (void 0 === this.t) {
		this.f |= 36;
		for (var t = this.s; void 0 !== t; t = t.n) t.S.S(t);
	}
	l.prototype.S.call(this, i);
};
j$1.prototype.U = function(i) {
	if (void 0 !== this.t) {
		l.prototype.U.call(this, i);
		if (void 0 === this.t) {
			this.f &= -33;
			for (var t = this.s; void 0 !== t; t = t.n) t.S.U(t);
		}
	}
};
j$1.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 6;
		for (var i = this.t; void 0 !== i; i = i.x) i.t.N();
	}
};
Object.defineProperty(j$1.prototype, "value", { get: function() {
	if (1 & this.f) throw new Error("Cycle detected");
	var i = d$2(this);
	this.h();
	if (void 0 !== i) i.i = this.i;
	if (16 & this.f) throw this.v;
	return this.v;
} });
function O$2(i, t) {
	return new j$1(i, t);
}
function p$2(i) {
	var r = i.j;
	i.j = void 0;
	if ("function" == typeof r) {
		v$2++;
		var n = o$1;
		o$1 = void 0;
		try {
			r();
		} catch (t) {
			i.f &= -2;
			i.f |= 8;
			g$3(i);
			throw t;
		} finally {
			o$1 = n;
			t$1();
		}
	}
}
function g$3(i) {
	for (var t = i.s; void 0 !== t; t = t.n) t.S.U(t);
	i.x = void 0;
	i.s = void 0;
	p$2(i);
}
function S$1(i) {
	if (o$1 !== this) throw new Error("Out-of-order effect");
	_$2(this);
	o$1 = i;
	this.f &= -2;
	try {
		if (8 & this.f) g$3(this);
	} finally {
		t$1();
	}
}
function m$2(i, t) {
	this.x = i;
	this.j = void 0;
	this.s = void 0;
	this.u = void 0;
	this.f = 32;
	this.name = null == t ? void 0 : t.name;
	if (n) n.push(this);
}
m$2.prototype.c = function() {
	var i = this.S();
	try {
		if (8 & this.f) return;
		if (void 0 === this.x) return;
		var t = this.x();
		if ("function" == typeof t) this.j = t;
	} finally {
		i();
	}
};
m$2.prototype.S = function() {
	if (1 & this.f) throw new Error("Cycle detected");
	this.f |= 1;
	this.f &= -9;
	p$2(this);
	b$2(this);
	v$2++;
	var i = o$1;
	o$1 = this;
	return S$1.bind(this, i);
};
m$2.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 2;
		this.u = h$2;
		h$2 = this;
	}
};
m$2.prototype.d = function() {
	this.f |= 8;
	if (!(1 & this.f)) g$3(this);
};
m$2.prototype.dispose = function() {
	this.d();
};
function x$2(i, t) {
	var r = new m$2(i, t);
	try {
		r.c();
	} catch (i) {
		r.d();
		throw i;
	}
	var n = r.d.bind(r);
	n[Symbol.dispose] = n;
	return n;
}
// node_modules/@preact/signals/dist/signals.module.js
var h$1;
var p$1;
var m$1 = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var g$2 = [];
x$2(function() {
	h$1 = this.N;
})();
function b$1(i, n) {
	n$1[i] = n.bind(null, n$1[i] || function() {});
}
function y$2(i) {
	if (p$1) {
		var n = p$1;
		p$1 = void 0;
		n();
	}
	p$1 = i && i.S();
}
function w$2(i) {
	var n = this, r = i.data, t = useSignal(r);
	t.name = "ReactiveDom";
	t.value = r;
	var e = w$4(function() {
		var i = n, r = n.__v;
		while (r = r.__) if (r.__c) {
			r.__c.__$f |= 4;
			break;
		}
		var o = O$2(function() {
			var i = t.value.value;
			return 0 === i ? 0 : !0 === i ? "" : i || "";
		}), e = O$2(function() {
			return !Array.isArray(o.value) && !r$2(o.value);
		}), u = x$2(function() {
			this.N = M$2;
			if (e.value) {
				var n = o.value;
				if (i.__v && i.__v.__e && 3 === i.__v.__e.nodeType) i.__v.__e.data = n;
			}
		}), c = n.__$u.d;
		n.__$u.d = function() {
			u();
			c.call(this);
		};
		return [e, o];
	}, []), u = e[0], c = e[1];
	return u.value ? c.peek() : c.value;
}
w$2.displayName = "ReactiveTextNode";
Object.defineProperties(l.prototype, {
	constructor: {
		configurable: !0,
		value: k$3($$1, null).constructor
	},
	type: {
		configurable: !0,
		value: w$2
	},
	props: {
		configurable: !0,
		get: function() {
			var i = this;
			return { data: { get value() {
				return i.value;
			} } };
		}
	},
	__b: {
		configurable: !0,
		value: 1
	}
});
b$1("__b", function(i, n) {
	y$2();
	if ("string" == typeof n.type) {
		var r, t = n.props;
		for (var f in t) if ("children" !== f) {
			var o = t[f];
			if (o instanceof l) {
				if (!r) n.__np = r = {};
				r[f] = o;
				t[f] = o.peek();
			}
		}
	}
	i(n);
});
b$1("__r", function(i, r) {
	i(r);
	if (r.type !== $$1) {
		y$2();
		var t, f = r.__c;
		if (f) {
			f.__$f &= -2;
			if (void 0 === (t = f.__$u)) f.__$u = t = function(i, n) {
				var r;
				x$2(function() {
					r = this;
				}, { name: n });
				r.c = i;
				return r;
			}(function(i) {
				return function() {
					var n;
					if (m$1) null == (n = this.y) || n.call(this);
					i.__$f |= 1;
					i.setState({});
				};
			}(f), "function" == typeof r.type ? r.type.displayName || r.type.name : "");
		}
		y$2(t);
	}
});
b$1("__e", function(i, n, r, t) {
	y$2();
	i(n, r, t);
});
b$1("diffed", function(i, n) {
	y$2();
	var r;
	if ("string" == typeof n.type && (r = n.__e)) {
		var t = n.__np, f = n.props, o = r.U;
		if (o) for (var e in o) {
			var u = o[e];
			if (!(void 0 === u || t && e in t)) {
				u.d();
				o[e] = void 0;
			}
		}
		if (t) {
			if (!o) {
				o = {};
				r.U = o;
			}
			for (var a in t) {
				var c = o[a], v = t[a];
				if (void 0 === c) {
					c = k$1(r, a, v, f);
					o[a] = c;
				} else c.o(v, f);
			}
		}
	}
	i(n);
});
function k$1(i, n, r, t) {
	var f = n in i && void 0 === i.ownerSVGElement, o = y$3(r);
	return {
		o: function(i, n) {
			o.value = i;
			t = n;
		},
		d: x$2(function() {
			this.N = M$2;
			var r = o.value.value;
			if (t[n] !== r) {
				t[n] = r;
				if (f) i[n] = r;
				else if (null != r && (!1 !== r || "-" === n[4])) i.setAttribute(n, r);
				else i.removeAttribute(n);
			}
		})
	};
}
b$1("unmount", function(i, n) {
	if ("string" == typeof n.type) {
		var r = n.__e;
		if (r) {
			var t = r.U;
			if (t) {
				r.U = void 0;
				for (var f in t) {
					var o = t[f];
					if (o) o.d();
				}
			}
		}
		var e = n.__np;
		if (e) {
			var u = n.props;
			for (var a in e) u[a] = e[a];
		}
		n.__np = void 0;
	} else {
		var c = n.__c;
		if (c) {
			c.__$f |= 8;
			var v = c.__$u;
			if (v) {
				c.__$u = void 0;
				v.d();
			}
		}
	}
	i(n);
});
b$1("__h", function(i, n, r, t) {
	if (t < 3) n.__$f |= 2;
	i(n, r, t);
});
x$3.prototype.shouldComponentUpdate = function(i, n) {
	if (this.__R) return !0;
	var r = this.__$u, t = r && void 0 !== r.s;
	for (var f in n) return !0;
	if (this.__f || "boolean" == typeof this.u && !0 === this.u) {
		var o = 2 & this.__$f;
		if (!(t || o || 4 & this.__$f)) return !0;
		if (1 & this.__$f) return !0;
	} else {
		if (!(t || 4 & this.__$f)) return !0;
		if (3 & this.__$f) return !0;
	}
	for (var e in i) if ("__source" !== e && i[e] !== this.props[e]) return !0;
	for (var u in this.props) if (!(u in i)) return !0;
	return !1;
};
function useSignal(i, n) {
	return w$4(function() {
		return y$3(i, n);
	}, []);
}
var A$2 = function(i) {
	queueMicrotask(function() {
		queueMicrotask(i);
	});
};
function F$2() {
	r(function() {
		var i;
		while (i = g$2.shift()) h$1.call(i);
	});
}
function M$2() {
	if (1 === g$2.push(this)) (n$1.requestAnimationFrame || A$2)(F$2);
}
// src/api/reach.ts
var Refusal = class extends Error {
	status;
	constructor(status, message) {
		super(message);
		this.status = status;
	}
};
var Unreachable = class extends Error {};
async function reach(path, init) {
	let response;
	try {
		response = await fetch(path, init);
	} catch (error) {
		if (init?.signal?.aborted) throw error;
		throw new Unreachable();
	}
	if (response.ok) return response;
	const body = await response.json().catch(() => ({}));
	throw new Refusal(response.status, body.error?.message ?? `HTTP ${response.status}`);
}
async function getJson(path) {
	return (await reach(path)).json();
}
async function sendJson(method, path, value, signal) {
	const response = await reach(path, {
		method,
		headers: { "content-type": "application/json" },
		body: JSON.stringify(value),
		signal
	});
	return response.headers.get("content-type")?.includes("json") ? response.json() : void 0;
}
// src/api/account.ts
var NO_ACCOUNTS = {
	accounts: false,
	keys_required: false,
	currency: null,
	user: null,
	scopes: []
};
var fetchSession = () => getJson("api/session");
var signIn$1 = (name, password) => sendJson("POST", "api/session", {
	name,
	password
});
var signOut$1 = () => reach("api/session", { method: "DELETE" });
var fetchKeys = async () => (await getJson("api/keys")).keys;
var makeKey = (name, expires) => sendJson("POST", "api/keys", {
	name,
	expires
});
var revokeKey = (id) => reach(`api/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
function usageAddress(from, to, everybody, format) {
	const query = new URLSearchParams({
		from,
		to,
		by: "day,key,model",
		whose: everybody ? "all" : "mine"
	});
	if (format) query.set("format", format);
	return `api/usage?${query}`;
}
var fetchUsage = (from, to, everybody) => getJson(usageAddress(from, to, everybody));
// node_modules/idb/build/index.js
var instanceOfAny = (object, constructors) => constructors.some((c) => object instanceof c);
var idbProxyableTypes;
var cursorAdvanceMethods;
function getIdbProxyableTypes() {
	return idbProxyableTypes || (idbProxyableTypes = [
		IDBIndex,
		IDBObjectStore,
		IDBCursor,
		IDBDatabase,
		IDBTransaction
	]);
}
function getCursorAdvanceMethods() {
	return cursorAdvanceMethods || (cursorAdvanceMethods = [
		"advance",
		"continue",
		"continuePrimaryKey"
	].map((method) => IDBCursor.prototype[method]));
}
var transactionDoneMap = new WeakMap();
var transformCache = new WeakMap();
var reverseTransformCache = new WeakMap();
function promisifyRequest(request) {
	const promise = new Promise((resolve, reject) => {
		const unlisten = () => {
			request.removeEventListener("success", success);
			request.removeEventListener("error", error);
		};
		const success = () => {
			resolve(wrap(request.result));
			unlisten();
		};
		const error = () => {
			reject(request.error);
			unlisten();
		};
		request.addEventListener("success", success);
		request.addEventListener("error", error);
	});
	reverseTransformCache.set(promise, request);
	return promise;
}
function cacheDonePromiseForTransaction(tx) {
	if (transactionDoneMap.has(tx)) return;
	const done = new Promise((resolve, reject) => {
		const unlisten = () => {
			tx.removeEventListener("complete", complete);
			tx.removeEventListener("error", error);
			tx.removeEventListener("abort", error);
		};
		const complete = () => {
			resolve();
			unlisten();
		};
		const error = () => {
			reject(tx.error || new DOMException("AbortError", "AbortError"));
			unlisten();
		};
		tx.addEventListener("complete", complete);
		tx.addEventListener("error", error);
		tx.addEventListener("abort", error);
	});
	transactionDoneMap.set(tx, done);
}
var idbProxyTraps = {
	get(target, prop, receiver) {
		if (target instanceof IDBTransaction) {
			if (prop === "done") return transactionDoneMap.get(target);
			if (prop === "store") return receiver.objectStoreNames[1] ? void 0 : receiver.objectStore(receiver.objectStoreNames[0]);
		}
		return wrap(target[prop]);
	},
	set(target, prop, value) {
		target[prop] = value;
		return true;
	},
	has(target, prop) {
		if (target instanceof IDBTransaction && (prop === "done" || prop === "store")) return true;
		return prop in target;
	}
};
function replaceTraps(callback) {
	idbProxyTraps = callback(idbProxyTraps);
}
function wrapFunction(func) {
	if (getCursorAdvanceMethods().includes(func)) return function(...args) {
		func.apply(unwrap(this), args);
		return wrap(this.request);
	};
	return function(...args) {
		return wrap(func.apply(unwrap(this), args));
	};
}
function transformCachableValue(value) {
	if (typeof value === "function") return wrapFunction(value);
	if (value instanceof IDBTransaction) cacheDonePromiseForTransaction(value);
	if (instanceOfAny(value, getIdbProxyableTypes())) return new Proxy(value, idbProxyTraps);
	return value;
}
function wrap(value) {
	if (value instanceof IDBRequest) return promisifyRequest(value);
	if (transformCache.has(value)) return transformCache.get(value);
	const newValue = transformCachableValue(value);
	if (!Object.is(newValue, value)) {
		transformCache.set(value, newValue);
		reverseTransformCache.set(newValue, value);
	}
	return newValue;
}
var unwrap = (value) => reverseTransformCache.get(value);
function openDB(name, version, { blocked, upgrade, blocking, terminated } = {}) {
	const request = indexedDB.open(name, version);
	const openPromise = wrap(request);
	if (upgrade) request.addEventListener("upgradeneeded", (event) => {
		upgrade(wrap(request.result), event.oldVersion, event.newVersion, wrap(request.transaction), event);
	});
	if (blocked) request.addEventListener("blocked", (event) => blocked(event.oldVersion, event.newVersion, event));
	openPromise.then((db) => {
		if (terminated) db.addEventListener("close", () => terminated());
		if (blocking) db.addEventListener("versionchange", (event) => blocking(event.oldVersion, event.newVersion, event));
	}).catch(() => {});
	return openPromise;
}
var readMethods = [
	"get",
	"getKey",
	"getAll",
	"getAllKeys",
	"count"
];
var writeMethods = [
	"put",
	"add",
	"delete",
	"clear"
];
var cachedMethods = {};
function getMethod(target, prop) {
	if (!(target instanceof IDBDatabase && !(prop in target) && typeof prop === "string")) return;
	if (cachedMethods[prop]) return cachedMethods[prop];
	const targetFuncName = prop.replace(/FromIndex$/, "");
	const useIndex = prop !== targetFuncName;
	const isWrite = writeMethods.includes(targetFuncName);
	if (!(targetFuncName in (useIndex ? IDBIndex : IDBObjectStore).prototype) || !(isWrite || readMethods.includes(targetFuncName))) return;
	const method = async function(storeName, ...args) {
		const tx = this.transaction(storeName, isWrite ? "readwrite" : "readonly");
		let target = tx.store;
		if (useIndex) target = target.index(args.shift());
		return (await Promise.all([target[targetFuncName](...args), isWrite && tx.done]))[0];
	};
	return cachedMethods[prop] = method;
}
replaceTraps((oldTraps) => ({
	...oldTraps,
	get: (target, prop, receiver) => getMethod(target, prop) || oldTraps.get(target, prop, receiver),
	has: (target, prop) => !!getMethod(target, prop) || oldTraps.has(target, prop)
}));
var advanceMethodProps = [
	"advance",
	"continue",
	"continuePrimaryKey"
];
var methodMap = {};
var advanceResults = new WeakMap();
var ittrProxiedCursorToOriginalProxy = new WeakMap();
var cursorIteratorTraps = { get(target, prop) {
	if (!advanceMethodProps.includes(prop)) return target[prop];
	let cachedFunc = methodMap[prop];
	if (!cachedFunc) cachedFunc = methodMap[prop] = function(...args) {
		advanceResults.set(this, ittrProxiedCursorToOriginalProxy.get(this)[prop](...args));
	};
	return cachedFunc;
} };
async function* iterate(...args) {
	let cursor = this;
	if (!(cursor instanceof IDBCursor)) cursor = await cursor.openCursor(...args);
	if (!cursor) return;
	cursor = cursor;
	const proxiedCursor = new Proxy(cursor, cursorIteratorTraps);
	ittrProxiedCursorToOriginalProxy.set(proxiedCursor, cursor);
	reverseTransformCache.set(proxiedCursor, unwrap(cursor));
	while (cursor) {
		yield proxiedCursor;
		cursor = await (advanceResults.get(proxiedCursor) || cursor.continue());
		advanceResults.delete(proxiedCursor);
	}
}
function isIteratorProp(target, prop) {
	return prop === Symbol.asyncIterator && instanceOfAny(target, [
		IDBIndex,
		IDBObjectStore,
		IDBCursor
	]) || prop === "iterate" && instanceOfAny(target, [IDBIndex, IDBObjectStore]);
}
replaceTraps((oldTraps) => ({
	...oldTraps,
	get(target, prop, receiver) {
		if (isIteratorProp(target, prop)) return iterate;
		return oldTraps.get(target, prop, receiver);
	},
	has(target, prop) {
		return isIteratorProp(target, prop) || oldTraps.has(target, prop);
	}
}));
// src/conversation/store.ts
var BEFORE = 32;
var EXCERPT = 120;
function matches(conversation, text) {
	const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
	const title = conversation.title.toLocaleLowerCase();
	const contents = conversation.turns.map((turn) => turn.content);
	const lower = contents.map((content) => content.toLocaleLowerCase());
	if (!words.every((word) => title.includes(word) || lower.some((content) => content.includes(word)))) return null;
	for (const [i, content] of lower.entries()) {
		const at = words.map((word) => content.indexOf(word)).find((index) => index >= 0);
		if (at === void 0) continue;
		const start = Math.max(0, at - BEFORE);
		return { excerpt: (start ? "…" : "") + contents[i].slice(start, start + EXCERPT).replace(/\s+/g, " ") };
	}
	return { excerpt: "" };
}
// src/conversation/browser_store.ts
var BrowserStore = class {
	place = "browser";
	database;
	constructor(name = "openk2") {
		this.database = openDB(name, 1, { upgrade(database) {
			database.createObjectStore("conversations", { keyPath: "id" }).createIndex("updated", "updated");
		} });
	}
	async list() {
		return (await this.newestFirst()).map(({ id, title, updated }) => ({
			id,
			title,
			updated
		}));
	}
	async load(id) {
		return await (await this.database).get("conversations", id) ?? null;
	}
	async save(conversation) {
		await (await this.database).put("conversations", conversation);
	}
	async remove(id) {
		await (await this.database).delete("conversations", id);
	}
	async search(text) {
		return (await this.newestFirst()).flatMap((one) => {
			const match = matches(one, text);
			return match ? [{
				id: one.id,
				title: one.title,
				updated: one.updated,
				...match
			}] : [];
		});
	}
	async newestFirst() {
		return (await (await this.database).getAllFromIndex("conversations", "updated")).reverse();
	}
};
// src/conversation/server_store.ts
var at$1 = (id) => `api/conversations/${encodeURIComponent(id)}`;
var ServerStore = class {
	place = "server";
	async list() {
		return (await getJson("api/conversations")).conversations;
	}
	async load(id) {
		try {
			return await getJson(at$1(id));
		} catch (error) {
			if (error instanceof Refusal && error.status === 404) return null;
			throw error;
		}
	}
	async save(conversation) {
		await sendJson("PUT", at$1(conversation.id), conversation);
	}
	async remove(id) {
		await reach(at$1(id), { method: "DELETE" });
	}
	async search(text) {
		return (await getJson(`api/conversations?${new URLSearchParams({ q: text })}`)).conversations;
	}
	async share(id, days) {
		return sendJson("POST", `${at$1(id)}/share`, { days });
	}
	async unshare(id) {
		await reach(`${at$1(id)}/share`, { method: "DELETE" });
	}
};
// src/conversation/document.ts
var FORMAT = "openk2.conversation/1";
// src/conversation/tree.ts
var TITLE_CHARACTERS = 80;
function newId() {
	return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function emptyConversation(id = newId()) {
	const now = Date.now();
	return {
		format: FORMAT,
		id,
		title: "",
		named: false,
		created: now,
		updated: now,
		head: null,
		turns: []
	};
}
function turnOf(conversation, id) {
	return conversation.turns.find((turn) => turn.id === id);
}
function branch(conversation, last = conversation.head) {
	const byId = new Map(conversation.turns.map((turn) => [turn.id, turn]));
	const turns = [];
	for (let turn = byId.get(last ?? ""); turn; turn = byId.get(turn.parent ?? "")) {
		turns.push(turn);
		if (turns.length > conversation.turns.length) break;
	}
	return turns.reverse();
}
function siblings(conversation, turn) {
	return conversation.turns.filter((one) => one.parent === turn.parent);
}
function newestLeaf(conversation, id) {
	const below = new Set([id]);
	let leaf = id;
	for (const turn of conversation.turns) {
		if (turn.parent === null || !below.has(turn.parent)) continue;
		below.add(turn.id);
		leaf = turn.id;
	}
	return leaf;
}
function withTurn(conversation, turn) {
	const next = {
		...conversation,
		turns: [...conversation.turns, turn],
		head: turn.id
	};
	return next.named ? next : {
		...next,
		title: titleOf(next)
	};
}
function withChanged(conversation, turn) {
	return {
		...conversation,
		turns: conversation.turns.map((one) => one.id === turn.id ? turn : one)
	};
}
function showing(conversation, id) {
	return {
		...conversation,
		head: newestLeaf(conversation, id)
	};
}
function settled(conversation) {
	return {
		...conversation,
		turns: conversation.turns.map((turn) => isUnsettled(turn) ? settledAnswer(turn) : turn)
	};
}
function isUnsettled(turn) {
	return turn.role === "assistant" && (turn.state === "running" || turn.calls.some((call) => call.state === "running"));
}
function settledAnswer(answer) {
	return {
		...answer,
		state: answer.state === "running" ? "interrupted" : answer.state,
		calls: answer.calls.map((call) => call.state === "running" ? {
			...call,
			state: "waiting"
		} : call)
	};
}
function newQuestion(parent, content, files = []) {
	return {
		id: newId(),
		parent,
		created: Date.now(),
		role: "user",
		content,
		files
	};
}
function newAnswer(parent, model) {
	return {
		id: newId(),
		parent,
		created: Date.now(),
		role: "assistant",
		model,
		content: "",
		reasoning: "",
		calls: [],
		state: "running",
		finish: null,
		error: null,
		usage: null,
		timing: {
			first: null,
			thought: null,
			whole: null
		}
	};
}
function titleOf(conversation) {
	const first = branch(conversation).find((turn) => turn.role === "user");
	if (!first) return "";
	const line = (first.content.trim() || (first.files[0]?.name ?? "")).replace(/\s+/g, " ");
	return line.length > TITLE_CHARACTERS ? `${line.slice(0, 79).trimEnd()}…` : line;
}
// src/state/conversations.ts
var SAVE_EVERY_MS = 1e3;
var CURRENT = "openk2.current";
var LEFT = "openk2.left";
var DRAFT = "openk2.draft.";
var store = y$3(new BrowserStore());
var summaries = y$3([]);
var currentId = y$3(addressed() ?? localStorage.getItem(CURRENT) ?? newId());
var loaded = y$3(false);
var storeProblem = y$3(null);
var documents = new Map();
var known = new Set();
var unsaved = new Map();
var tabs = new BroadcastChannel("openk2");
var current = O$2(() => documentOf(currentId.value).value);
function documentOf(id) {
	let document = documents.get(id);
	if (!document) documents.set(id, document = y$3(emptyConversation(id)));
	return document;
}
async function useStore(next) {
	store.value = next;
	await guarded(recover);
	known.clear();
	for (const [id, document] of documents) document.value = emptyConversation(id);
	await refresh();
	await bring(currentId.value);
}
async function refresh() {
	await guarded(async () => {
		summaries.value = await store.value.list();
	});
}
async function open(id) {
	currentId.value = id;
	localStorage.setItem(CURRENT, id);
	if (location.hash !== addressOf(id)) history.pushState(null, "", addressOf(id));
	await bring(id);
}
function startNew() {
	open(newId());
}
function addressed() {
	return /^#\/c\/([A-Za-z0-9_-]{8,64})$/.exec(location.hash)?.[1] ?? null;
}
function addressOf(id) {
	return `#/c/${id}`;
}
async function bring(id) {
	if (!known.has(id)) {
		loaded.value = false;
		await guarded(() => load(id));
	}
	loaded.value = true;
}
function change(id, next, later = false) {
	known.add(id);
	const document = documentOf(id);
	document.value = {
		...next(document.peek()),
		updated: later ? document.peek().updated : Date.now()
	};
	const waiting = unsaved.get(id);
	if (!later) save(id);
	else if (!waiting?.timer) {
		const wait = Math.max(0, SAVE_EVERY_MS - (performance.now() - (waiting?.saved ?? 0)));
		unsaved.set(id, {
			timer: window.setTimeout(() => void save(id), wait),
			saved: waiting?.saved ?? 0
		});
	}
}
async function rename(id, title) {
	await withLoaded(id);
	change(id, (before) => ({
		...before,
		title,
		named: true
	}));
}
async function remove(id) {
	clearTimeout(unsaved.get(id)?.timer);
	unsaved.delete(id);
	documents.delete(id);
	known.delete(id);
	localStorage.removeItem(DRAFT + id);
	await guarded(() => store.value.remove(id));
	tabs.postMessage("changed");
	await refresh();
	if (currentId.value === id) startNew();
}
async function add(conversations) {
	await guarded(async () => {
		for (const one of conversations) await store.value.save(one);
	});
	tabs.postMessage("changed");
	await refresh();
	if (conversations[0]) await open(conversations[0].id);
}
async function withLoaded(id) {
	if (!known.has(id)) await load(id);
	return documentOf(id).peek();
}
async function load(id) {
	const kept = await store.value.load(id);
	if (known.has(id)) return;
	known.add(id);
	if (kept) documentOf(id).value = settled(kept);
}
function readDraft(id) {
	return localStorage.getItem(DRAFT + id) ?? "";
}
function keepDraft(id, text) {
	if (text) localStorage.setItem(DRAFT + id, text);
	else localStorage.removeItem(DRAFT + id);
}
async function save(id) {
	const conversation = documents.get(id)?.peek();
	clearTimeout(unsaved.get(id)?.timer);
	unsaved.set(id, {
		timer: 0,
		saved: performance.now()
	});
	if (!conversation?.turns.length) return;
	await guarded(() => store.value.save(conversation));
	const { title, updated } = conversation;
	const line = summaries.peek().find((one) => one.id === id);
	if (line?.title === title && line.updated === updated) return;
	summaries.value = [{
		id,
		title,
		updated
	}, ...summaries.peek().filter((one) => one.id !== id)].sort((a, b) => b.updated - a.updated);
	tabs.postMessage("changed");
}
async function guarded(act) {
	try {
		await act();
		storeProblem.value = null;
	} catch (error) {
		storeProblem.value = error.message || String(error);
	}
}
if (!location.hash) history.replaceState(null, "", addressOf(currentId.value));
tabs.onmessage = () => void refresh();
addEventListener("pagehide", () => {
	const left = [...unsaved].filter(([, { timer }]) => timer).map(([id]) => documentOf(id).peek());
	try {
		if (left.length) localStorage.setItem(LEFT, JSON.stringify(left));
	} catch {}
});
async function recover() {
	const left = JSON.parse(localStorage.getItem(LEFT) ?? "[]");
	localStorage.removeItem(LEFT);
	for (const one of left) if (!known.has(one.id)) await store.value.save(one);
}
// src/api/models.ts
async function fetchModels() {
	return (await getJson("v1/models")).data;
}
function reasons(model) {
	return model.supports_reasoning ?? /thinking|k2\.5/i.test(model.id);
}
function recommendedTemperature(model) {
	return reasons(model) ? 1 : .6;
}
// src/i18n/language.ts
var DICTIONARIES = {
	en: {
		"account": "Account {name}",
		"actions": "Actions for {title}",
		"announce.answering": "Answering",
		"answer": "Answer",
		"apiKeys": "API keys",
		"apiKeys.expired": "expired",
		"apiKeys.expires": "Expires (optional)",
		"apiKeys.made": "made on {day}",
		"apiKeys.make": "Make a key",
		"apiKeys.name": "Name",
		"apiKeys.once": "Copy this key now: it is not shown again.",
		"apiKeys.revoke": "Revoke {name}",
		"apiKeys.revokeShort": "Revoke",
		"apiKeys.revokeSure": "Really revoke {name}",
		"apiKeys.revoked": "revoked",
		"artifact.close": "Close the panel",
		"artifact.code": "Code",
		"artifact.diagram": "Diagram",
		"artifact.label": "Artifact",
		"artifact.mermaid": "Mermaid source",
		"artifact.next": "Next artifact",
		"artifact.page": "Web page",
		"artifact.picture": "Picture",
		"artifact.preview": "Preview",
		"artifact.previous": "Previous artifact",
		"artifact.source": "Source",
		"artifact.table": "Table",
		"artifact.view": "View",
		"artifact.which": "Artifacts of this conversation",
		"branch.label": "Versions",
		"branch.next": "Next version",
		"branch.previous": "Previous version",
		"cancel": "Cancel",
		"close": "Close",
		"code.open": "Open",
		"composer.hint": "Enter sends · Shift + Enter breaks the line",
		"composer.hintStop": "Esc stops the answer",
		"composer.label": "Message",
		"composer.placeholder": "Write a message",
		"context": "{used} of {holds} tokens of context used ({share})",
		"conversations": "Conversations",
		"copied": "Copied",
		"copy": "Copy",
		"copy.refused": "Not allowed",
		"dates.week": "Last 7 days",
		"delete": "Delete",
		"delete.sure": "Really?",
		"done": "Done",
		"download": "Download",
		"edit": "Edit",
		"edit.hint": "The present version stays beside the new one.",
		"edit.label": "Edit your message",
		"error.lost": "The connection was lost before the answer was complete.",
		"error.noModel": "The server offers no model.",
		"error.signIn": "Sign in to ask the model.",
		"error.unreachable": "The server does not answer. Is openk2 still running?",
		"export.all": "Export all as JSON",
		"export.json": "Export as JSON",
		"export.markdown": "Export as Markdown",
		"export.page": "Save as web page",
		"files": "Files",
		"files.add": "Add files",
		"files.drop": "Drop files here",
		"files.keep": "Keep this text",
		"files.reading": "reading …",
		"files.remove": "Remove {name}",
		"files.review": "Read the text before it is sent",
		"files.reviewHint": "This is the text the model will read. You may shorten or correct it.",
		"files.reviewOne": "Read the text of {name}",
		"files.text": "Text of the file",
		"goOn": "Continue",
		"import": "Import a JSON file",
		"import.failed": "{name}: {problem}",
		"keys.break": "breaks the line",
		"keys.edit": "edits your last message, in an empty field",
		"keys.search": "searches conversations",
		"keys.send": "sends",
		"keys.sidebar": "shows or hides the side bar",
		"keys.stop": "stops the answer",
		"meter.cached": "From cache",
		"meter.cachedShort": "{share} cached",
		"meter.cost": "Cost",
		"meter.first": "First token after",
		"meter.model": "Model",
		"meter.output": "Output",
		"meter.prompt": "Prompt",
		"meter.reasoning": "of it reasoning",
		"meter.speed": "Speed",
		"meter.whole": "All of it took",
		"model": "Model",
		"newChat": "New chat",
		"pages.one": "{count} page",
		"pages.other": "{count} pages",
		"place.browser": "Kept in this browser only.",
		"place.server": "Kept on the server.",
		"reasoning.done": "Thought",
		"reasoning.now": "Thinking",
		"reasoning.took": "Thought {time}",
		"rename": "Rename",
		"rename.label": "Title of the conversation",
		"search": "Search",
		"search.label": "Search conversations",
		"search.none": "Nothing found.",
		"search.results": "Conversations found",
		"send": "Send",
		"send.title": "Send (Enter)",
		"settings": "Settings",
		"settings.asking": "Asking {model}",
		"settings.javascript": "Run JavaScript",
		"settings.javascript.hint": "In this page, in a frame without network or storage. You are asked before each run.",
		"settings.keys": "Keyboard",
		"settings.language": "Language",
		"settings.licences": "Licences",
		"settings.look": "Appearance",
		"settings.maxTokens": "Longest answer",
		"settings.maxTokens.hint": "tokens; the context holds {context}",
		"settings.maxTokens.none": "no limit",
		"settings.maxTokens.plain": "tokens",
		"settings.ownTools": "Tools of your own",
		"settings.ownTools.example": "Insert an example",
		"settings.ownTools.hint": "The page shows each call and asks you for its result.",
		"settings.ownTools.placeholder": "A JSON list of OpenAI tool declarations",
		"settings.recommended": "Use recommended",
		"settings.reset": "Back to defaults",
		"settings.seed": "Seed",
		"settings.seed.hint": "the same seed gives the same answer",
		"settings.seed.none": "random",
		"settings.system": "System prompt",
		"settings.system.placeholder": "What the model should know or be, before the conversation",
		"settings.temperature": "Temperature",
		"settings.temperature.hint": "{value} is recommended for this model; 0 always takes the likeliest word.",
		"settings.theme": "Theme",
		"settings.thinking": "Think before answering",
		"settings.tools": "Tools",
		"settings.tools.noJson": "Not valid JSON: {problem}",
		"settings.tools.noList": "Not a list: tools are written as [ … ].",
		"settings.tools.noName": "Tool {number} has no function.name.",
		"settings.topP": "Top p",
		"settings.topP.hint": "Only the likeliest words that together have this probability; 1 keeps all.",
		"settings.webSearch": "Search the web",
		"settings.webSearch.hint": "The server searches for the model.",
		"share": "Share",
		"share.address": "Whoever has this address can read the copy",
		"share.days": "The address works for",
		"share.explain": "A frozen copy of what is shown now. Whoever has its address can read it; nobody can change it.",
		"share.make": "Make an address",
		"share.takeBack": "Take it back",
		"share.until": "Whoever has this address can read the copy until {day}",
		"signIn": "Sign in",
		"signIn.hint": "Your conversations are then kept on the server.",
		"signIn.name": "Name",
		"signIn.needed": "This server wants to know who asks.",
		"signIn.password": "Password",
		"signOut": "Sign out",
		"state.interrupted": "interrupted",
		"state.length": "cut off at the token limit",
		"state.stopped": "stopped",
		"stop": "Stop",
		"stop.title": "Stop (Esc)",
		"store.problem": "The last change could not be kept: {problem}",
		"suggestion.1": "Write a few lines about a mountain in winter",
		"suggestion.2": "Explain what a prime number is, with an example",
		"suggestion.3": "What is 17 times 23?",
		"suggestion.4": "用中文介绍一下你自己",
		"theme.dark": "Dark",
		"theme.light": "Light",
		"theme.system": "System",
		"toEnd": "To the newest line",
		"tokens.one": "{count} token",
		"tokens.other": "{count} tokens",
		"tool.allowAlways": "Allow in this conversation",
		"tool.allowOnce": "Allow once",
		"tool.byHand": "What {name} gave back",
		"tool.denied": "denied",
		"tool.deny": "Deny",
		"tool.denyMore": "Deny …",
		"tool.done": "done",
		"tool.empty": "(empty)",
		"tool.failed": "failed",
		"tool.give": "Send result",
		"tool.label": "Tool call {name}",
		"tool.note": "A note to the model (optional)",
		"tool.permission": "May {name} run?",
		"tool.result": "Result",
		"tool.running": "running",
		"tool.skipped": "not run",
		"tool.told": "What the model was told",
		"tool.waiting": "waiting for you",
		"tool.writing": "writing",
		"transfer": "Import and export",
		"tryAgain": "Try again",
		"unit.perSecond": "{value}/s",
		"unit.seconds": "{value} s",
		"untitled": "Untitled",
		"usage": "Usage",
		"usage.budgets": "Budgets",
		"usage.by": "By",
		"usage.by.key": "Key",
		"usage.by.model": "Model",
		"usage.chart": "Usage per day",
		"usage.cost": "Cost",
		"usage.csv": "Download as CSV",
		"usage.days": "Last {count} days",
		"usage.here": "Counted from the conversations kept in this browser.",
		"usage.measure": "Show",
		"usage.none": "Nothing was used in this time.",
		"usage.others": "Others",
		"usage.page": "This page",
		"usage.perDay": "per day",
		"usage.perMonth": "per month",
		"usage.period": "Period",
		"usage.requests": "Requests",
		"usage.resets": "begins anew {time}",
		"usage.table": "Usage by group",
		"usage.tokens": "Tokens",
		"usage.whose": "Whose",
		"usage.whose.all": "Everybody's",
		"usage.whose.mine": "Mine",
		"waiting": "Waiting for the model",
		"welcome": "Ask {model}",
		"you": "You"
	},
	zh: {
		"account": "账户 {name}",
		"actions": "“{title}”的操作",
		"announce.answering": "正在回答",
		"answer": "回答",
		"apiKeys": "API 密钥",
		"apiKeys.expired": "已过期",
		"apiKeys.expires": "到期日（可选）",
		"apiKeys.made": "创建于 {day}",
		"apiKeys.make": "创建密钥",
		"apiKeys.name": "名称",
		"apiKeys.once": "请立即复制此密钥，之后不会再显示。",
		"apiKeys.revoke": "吊销 {name}",
		"apiKeys.revokeShort": "吊销",
		"apiKeys.revokeSure": "确认吊销 {name}",
		"apiKeys.revoked": "已吊销",
		"artifact.close": "关闭面板",
		"artifact.code": "代码",
		"artifact.diagram": "图表",
		"artifact.label": "作品",
		"artifact.mermaid": "Mermaid 源码",
		"artifact.next": "下一个作品",
		"artifact.page": "网页",
		"artifact.picture": "图片",
		"artifact.preview": "预览",
		"artifact.previous": "上一个作品",
		"artifact.source": "源码",
		"artifact.table": "表格",
		"artifact.view": "视图",
		"artifact.which": "本对话的作品",
		"branch.label": "版本",
		"branch.next": "下一个版本",
		"branch.previous": "上一个版本",
		"cancel": "取消",
		"close": "关闭",
		"code.open": "打开",
		"composer.hint": "Enter 发送 · Shift + Enter 换行",
		"composer.hintStop": "Esc 停止回答",
		"composer.label": "消息",
		"composer.placeholder": "输入消息",
		"context": "上下文已用 {used} / {holds} 个 token（{share}）",
		"conversations": "对话列表",
		"copied": "已复制",
		"copy": "复制",
		"copy.refused": "不允许复制",
		"dates.week": "最近 7 天",
		"delete": "删除",
		"delete.sure": "确认？",
		"done": "完成",
		"download": "下载",
		"edit": "编辑",
		"edit.hint": "当前版本会保留在新版本旁边。",
		"edit.label": "编辑消息",
		"error.lost": "回答完成之前连接中断了。",
		"error.noModel": "服务器没有提供模型。",
		"error.signIn": "请先登录，再向模型提问。",
		"error.unreachable": "服务器没有响应。openk2 还在运行吗？",
		"export.all": "全部导出为 JSON",
		"export.json": "导出为 JSON",
		"export.markdown": "导出为 Markdown",
		"export.page": "保存为网页",
		"files": "文件",
		"files.add": "添加文件",
		"files.drop": "将文件拖放到此处",
		"files.keep": "采用此文本",
		"files.reading": "正在读取……",
		"files.remove": "移除 {name}",
		"files.review": "发送前查看文本",
		"files.reviewHint": "这是模型将读到的文本，可以删减或更正。",
		"files.reviewOne": "查看 {name} 的文本",
		"files.text": "文件文本",
		"goOn": "继续",
		"import": "导入 JSON 文件",
		"import.failed": "{name}：{problem}",
		"keys.break": "换行",
		"keys.edit": "输入框为空时，编辑上一条消息",
		"keys.search": "搜索对话",
		"keys.send": "发送",
		"keys.sidebar": "显示或隐藏侧边栏",
		"keys.stop": "停止回答",
		"meter.cached": "缓存命中",
		"meter.cachedShort": "{share} 来自缓存",
		"meter.cost": "费用",
		"meter.first": "首个 token 用时",
		"meter.model": "模型",
		"meter.output": "输出",
		"meter.prompt": "输入",
		"meter.reasoning": "其中思考",
		"meter.speed": "速度",
		"meter.whole": "总用时",
		"model": "模型",
		"newChat": "新对话",
		"pages.one": "{count} 页",
		"pages.other": "{count} 页",
		"place.browser": "仅保存在此浏览器中。",
		"place.server": "保存在服务器上。",
		"reasoning.done": "已思考",
		"reasoning.now": "正在思考",
		"reasoning.took": "已思考 {time}",
		"rename": "重命名",
		"rename.label": "对话标题",
		"search": "搜索",
		"search.label": "搜索对话",
		"search.none": "没有找到。",
		"search.results": "找到的对话",
		"send": "发送",
		"send.title": "发送（Enter）",
		"settings": "设置",
		"settings.asking": "向 {model} 提问",
		"settings.javascript": "运行 JavaScript",
		"settings.javascript.hint": "在本页中一个没有网络和存储的框架里运行。每次运行前都会询问您。",
		"settings.keys": "键盘",
		"settings.language": "语言",
		"settings.licences": "许可证",
		"settings.look": "外观",
		"settings.maxTokens": "最长回答",
		"settings.maxTokens.hint": "个 token；上下文容量为 {context}",
		"settings.maxTokens.none": "不限",
		"settings.maxTokens.plain": "个 token",
		"settings.ownTools": "自定义工具",
		"settings.ownTools.example": "插入示例",
		"settings.ownTools.hint": "页面会显示每次调用，并请您提供结果。",
		"settings.ownTools.placeholder": "OpenAI 工具声明的 JSON 列表",
		"settings.recommended": "使用推荐值",
		"settings.reset": "恢复默认",
		"settings.seed": "随机种子",
		"settings.seed.hint": "相同的种子给出相同的回答",
		"settings.seed.none": "随机",
		"settings.system": "系统提示词",
		"settings.system.placeholder": "对话开始前，模型应当了解什么、扮演什么",
		"settings.temperature": "温度",
		"settings.temperature.hint": "此模型推荐 {value}；0 总是选择可能性最大的词。",
		"settings.theme": "主题",
		"settings.thinking": "回答前先思考",
		"settings.tools": "工具",
		"settings.tools.noJson": "不是有效的 JSON：{problem}",
		"settings.tools.noList": "不是列表：工具应写成 [ … ]。",
		"settings.tools.noName": "第 {number} 个工具缺少 function.name。",
		"settings.topP": "Top p",
		"settings.topP.hint": "只保留累计概率达到此值的最可能的词；1 表示全部保留。",
		"settings.webSearch": "搜索网络",
		"settings.webSearch.hint": "由服务器替模型搜索。",
		"share": "分享",
		"share.address": "任何拥有此链接的人都能阅读该副本",
		"share.days": "链接有效期",
		"share.explain": "当前所示内容的固定副本。任何拥有链接的人都能阅读，谁也不能修改。",
		"share.make": "生成链接",
		"share.takeBack": "撤回",
		"share.until": "{day}之前，任何拥有此链接的人都能阅读该副本",
		"signIn": "登录",
		"signIn.hint": "登录后，对话将保存在服务器上。",
		"signIn.name": "用户名",
		"signIn.needed": "此服务器需要先登录。",
		"signIn.password": "密码",
		"signOut": "退出登录",
		"state.interrupted": "已中断",
		"state.length": "达到 token 上限而截断",
		"state.stopped": "已停止",
		"stop": "停止",
		"stop.title": "停止（Esc）",
		"store.problem": "上一次更改未能保存：{problem}",
		"suggestion.1": "写几句关于冬天的山的话",
		"suggestion.2": "举例说明什么是质数",
		"suggestion.3": "17 乘以 23 等于多少？",
		"suggestion.4": "Introduce yourself in English",
		"theme.dark": "深色",
		"theme.light": "浅色",
		"theme.system": "跟随系统",
		"toEnd": "回到最新内容",
		"tokens.one": "{count} 个 token",
		"tokens.other": "{count} 个 token",
		"tool.allowAlways": "在本对话中允许",
		"tool.allowOnce": "允许一次",
		"tool.byHand": "{name} 返回的结果",
		"tool.denied": "已拒绝",
		"tool.deny": "拒绝",
		"tool.denyMore": "拒绝……",
		"tool.done": "完成",
		"tool.empty": "（空）",
		"tool.failed": "失败",
		"tool.give": "发送结果",
		"tool.label": "工具调用 {name}",
		"tool.note": "给模型的说明（可选）",
		"tool.permission": "允许运行 {name} 吗？",
		"tool.result": "结果",
		"tool.running": "运行中",
		"tool.skipped": "未运行",
		"tool.told": "告知模型的内容",
		"tool.waiting": "等待您的许可",
		"tool.writing": "书写中",
		"transfer": "导入与导出",
		"tryAgain": "重试",
		"unit.perSecond": "{value}/秒",
		"unit.seconds": "{value} 秒",
		"untitled": "未命名",
		"usage": "用量",
		"usage.budgets": "预算",
		"usage.by": "分组",
		"usage.by.key": "密钥",
		"usage.by.model": "模型",
		"usage.chart": "每日用量",
		"usage.cost": "费用",
		"usage.csv": "下载 CSV",
		"usage.days": "最近 {count} 天",
		"usage.here": "根据保存在此浏览器中的对话统计。",
		"usage.measure": "显示",
		"usage.none": "这段时间内没有用量。",
		"usage.others": "其他",
		"usage.page": "本页面",
		"usage.perDay": "每天",
		"usage.perMonth": "每月",
		"usage.period": "时段",
		"usage.requests": "请求数",
		"usage.resets": "{time} 重新开始",
		"usage.table": "分组用量",
		"usage.tokens": "Token",
		"usage.whose": "范围",
		"usage.whose.all": "所有人",
		"usage.whose.mine": "我的",
		"waiting": "等待模型回答",
		"welcome": "向 {model} 提问",
		"you": "您"
	}
};
var STORED$1 = "openk2.language";
var language = y$3(firstChoice());
x$2(() => {
	document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});
function chooseLanguage(next) {
	language.value = next;
	localStorage.setItem(STORED$1, next);
}
function t(key, values = {}) {
	return DICTIONARIES[language.value][key].replace(/\{(\w+)\}/g, (whole, name) => {
		const value = values[name];
		return value === void 0 ? whole : typeof value === "number" ? number$1(value) : value;
	});
}
function counted(stem, count, values = {}) {
	return t(`${stem}.${new Intl.PluralRules(locale()).select(count) === "one" ? "one" : "other"}`, {
		count,
		...values
	});
}
function locale() {
	return language.value === "zh" ? "zh-CN" : "en";
}
function number$1(value, options) {
	return new Intl.NumberFormat(locale(), options).format(value);
}
function percent(share) {
	return number$1(share, {
		style: "percent",
		maximumFractionDigits: 0
	});
}
function seconds(value) {
	const digits = value < 10 ? 1 : 0;
	return t("unit.seconds", { value: number$1(value, {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits
	}) });
}
function bytes(count) {
	const units = [
		"byte",
		"kilobyte",
		"megabyte",
		"gigabyte"
	];
	const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
	return number$1(count / 1e3 ** step, {
		style: "unit",
		unit: units[step],
		unitDisplay: "short",
		maximumFractionDigits: step ? 1 : 0
	});
}
function money(amount, currency) {
	const digits = amount !== 0 && Math.abs(amount) < .01 ? 6 : 4;
	if (!currency) return number$1(amount, { maximumFractionDigits: digits });
	return number$1(amount, {
		style: "currency",
		currency,
		minimumFractionDigits: 2,
		maximumFractionDigits: digits
	});
}
function day(time) {
	return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(time);
}
function moment(time) {
	return new Intl.DateTimeFormat(locale(), {
		dateStyle: "medium",
		timeStyle: "short"
	}).format(time);
}
function firstChoice() {
	const stored = localStorage.getItem(STORED$1);
	if (stored === "en" || stored === "zh") return stored;
	return navigator.languages.find((one) => /^(en|zh)\b/.test(one))?.startsWith("zh") ? "zh" : "en";
}
// src/state/settings.ts
var STORED = "openk2.settings";
var defaultSettings = {
	model: null,
	system: "",
	temperature: null,
	topP: null,
	maxTokens: null,
	seed: null,
	thinking: null,
	tools: "",
	javascript: false,
	webSearch: false,
	theme: "system"
};
var settings = y$3({
	...defaultSettings,
	...stored()
});
x$2(() => {
	const { theme } = settings.value;
	if (theme === "system") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
});
function changeSettings(change) {
	settings.value = {
		...settings.value,
		...change
	};
	localStorage.setItem(STORED, JSON.stringify(settings.value));
}
function resetSettings() {
	const { model, theme } = settings.value;
	changeSettings({
		...defaultSettings,
		model,
		theme
	});
}
function requestOptions(model) {
	const { temperature, topP, maxTokens, seed, thinking } = settings.value;
	return {
		temperature: temperature ?? recommendedTemperature(model),
		...topP !== null && { top_p: topP },
		...maxTokens !== null && { max_tokens: maxTokens },
		...seed !== null && { seed },
		...thinking !== null && reasons(model) && { thinking: { type: thinking ? "enabled" : "disabled" } }
	};
}
function toolsProblem(text) {
	if (!text.trim()) return null;
	try {
		const tools = JSON.parse(text);
		if (!Array.isArray(tools)) return t("settings.tools.noList");
		const nameless = tools.findIndex((tool) => typeof tool?.function?.name !== "string");
		return nameless < 0 ? null : t("settings.tools.noName", { number: nameless + 1 });
	} catch (error) {
		return t("settings.tools.noJson", { problem: error.message });
	}
}
function stored() {
	try {
		return JSON.parse(localStorage.getItem(STORED) ?? "{}");
	} catch {
		return {};
	}
}
// src/state/models.ts
var models = y$3([]);
var connectionProblem = y$3(null);
var model = O$2(() => models.value.find((one) => one.id === settings.value.model) ?? models.value[0] ?? null);
async function connect() {
	try {
		models.value = await fetchModels();
		connectionProblem.value = models.value.length ? null : t("error.noModel");
	} catch (error) {
		if (error instanceof Unreachable) connectionProblem.value = t("error.unreachable");
		else if (error instanceof Refusal && error.status === 401) connectionProblem.value = null;
		else connectionProblem.value = error.message;
	}
}
// src/state/account.ts
var session = y$3(NO_ACCOUNTS);
async function begin() {
	await take(await fetchSession().catch(() => NO_ACCOUNTS));
}
async function signIn(name, password) {
	await take(await signIn$1(name, password));
	await connect();
}
async function signOut() {
	await signOut$1();
	await begin();
}
async function take(next) {
	session.value = next;
	const place = next.accounts && next.user ? "server" : "browser";
	await useStore(store.value.place === place ? store.value : place === "server" ? new ServerStore() : new BrowserStore());
}
// src/api/sse.ts
var ConnectionLost = class extends Error {};
async function* readEvents(body) {
	let rest = "";
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read().catch(() => {
				throw new ConnectionLost();
			});
			if (done) throw new ConnectionLost();
			const lines = (rest + value).split("\n");
			rest = lines.pop() ?? "";
			for (const line of lines) {
				const match = /^data: ?(.*?)\r?$/.exec(line);
				if (!match) continue;
				if (match[1] === "[DONE]") return;
				yield JSON.parse(match[1]);
			}
		}
	} finally {
		await reader.cancel().catch(() => void 0);
	}
}
// src/api/chat.ts
async function streamAnswer(asked, begun, signal, update) {
	const started = performance.now();
	const response = await reach("v1/chat/completions", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(requestBody(asked)),
		signal
	});
	let answer = begun;
	for await (const data of readEvents(response.body)) {
		answer = grow(answer, data, (performance.now() - started) / 1e3);
		update(answer);
	}
	return {
		...answer,
		state: "done"
	};
}
function grow(answer, chunk, seconds) {
	if (chunk.error) throw new Refusal(200, chunk.error.message ?? "error");
	const next = {
		...answer,
		timing: {
			...answer.timing,
			whole: seconds
		}
	};
	const choice = chunk.choices[0];
	if (choice) {
		const { content, reasoning_content: reasoning, tool_calls: pieces } = choice.delta;
		if (content || reasoning || pieces) next.timing.first ??= seconds;
		if (reasoning) next.reasoning += reasoning;
		if ((content || pieces) && next.reasoning) next.timing.thought ??= seconds;
		if (content) next.content += content;
		if (pieces) next.calls = pieces.reduce(addPiece, next.calls);
		if (choice.finish_reason) next.finish = choice.finish_reason;
	}
	if (chunk.usage) next.usage = readUsage$1(chunk.usage);
	return next;
}
function readUsage$1(usage) {
	return {
		prompt: usage.prompt_tokens,
		cached: usage.prompt_tokens_details?.cached_tokens ?? usage.cached_tokens ?? 0,
		completion: usage.completion_tokens,
		reasoning: usage.completion_tokens_details?.reasoning_tokens ?? null,
		cost: usage.openk2_cost ?? null
	};
}
function addPiece(calls, piece) {
	const before = calls[piece.index];
	const next = {
		id: piece.id ?? before?.id ?? "",
		name: piece.function?.name ?? before?.name ?? "",
		arguments: (before?.arguments ?? "") + (piece.function?.arguments ?? ""),
		state: "writing",
		result: null,
		seconds: null
	};
	const earlier = calls.map((call, i) => i < piece.index ? {
		...call,
		state: "waiting"
	} : call);
	return [
		...earlier.slice(0, piece.index),
		next,
		...earlier.slice(piece.index + 1)
	];
}
function requestBody({ model, turns, partial, system, tools, options }) {
	return {
		model,
		messages: [
			...system.trim() ? [{
				role: "system",
				content: system
			}] : [],
			...turns.flatMap(messagesOf),
			...partial ? [{
				...spoken$1(partial),
				partial: true
			}] : []
		],
		...tools.length && { tools },
		...options,
		stream: true,
		stream_options: { include_usage: true }
	};
}
function messagesOf(turn) {
	if (turn.role === "user") return [...turn.files.map((file) => ({
		role: "system",
		content: `File ${file.name}:\n\n${file.text}`
	})), {
		role: "user",
		content: turn.content
	}];
	const calls = turn.calls.filter((call) => call.result !== null);
	if (!turn.content && !calls.length) return [];
	return [{
		...spoken$1(turn),
		...calls.length && { tool_calls: calls.map(({ id, name, arguments: text }) => ({
			id,
			type: "function",
			function: {
				name,
				arguments: text
			}
		})) }
	}, ...calls.map(({ id, result }) => ({
		role: "tool",
		tool_call_id: id,
		content: result
	}))];
}
function spoken$1(answer) {
	return {
		role: "assistant",
		content: answer.content || null,
		...answer.reasoning && { reasoning_content: answer.reasoning }
	};
}
// src/artifacts/frame.ts
var READY = "openk2:artifact-ready";
var SHOW = "openk2:artifact";
function showIn(frame, html) {
	const onMessage = (event) => {
		if (event.source !== frame.contentWindow || event.data?.type !== READY) return;
		frame.contentWindow.postMessage({
			type: SHOW,
			html
		}, "*");
	};
	addEventListener("message", onMessage);
	frame.src = "artifact";
	return () => removeEventListener("message", onMessage);
}
function sandboxedFrame(title) {
	const frame = document.createElement("iframe");
	frame.setAttribute("sandbox", "allow-scripts");
	frame.referrerPolicy = "no-referrer";
	frame.title = title;
	return frame;
}
// src/tools/javascript.ts
var JAVASCRIPT = {
	type: "function",
	function: {
		name: "javascript",
		description: "Runs JavaScript and gives back what it prints with console.log and the value of its last `return`. No network, no files; at most 10 seconds.",
		parameters: {
			type: "object",
			properties: { code: {
				type: "string",
				description: "The body of an async function."
			} },
			required: ["code"],
			additionalProperties: false
		}
	}
};
var LIMIT_MS = 1e4;
var MOST_CHARACTERS = 2e4;
var DONE = "openk2:javascript";
async function runJavascript(argumentsText) {
	let code;
	try {
		code = JSON.parse(argumentsText).code;
	} catch {}
	if (typeof code !== "string") return {
		ok: false,
		text: "error: the arguments are no object with a text \"code\""
	};
	const frame = sandboxedFrame("javascript");
	frame.hidden = true;
	const key = crypto.randomUUID();
	return new Promise((resolve) => {
		const finish = (outcome) => {
			clearTimeout(timer);
			removeEventListener("message", onMessage);
			leave();
			frame.remove();
			resolve({
				...outcome,
				text: outcome.text.slice(0, MOST_CHARACTERS)
			});
		};
		const onMessage = ({ source, data }) => {
			if (source === frame.contentWindow && data?.type === DONE && data.key === key) finish({
				ok: data.ok === true,
				text: String(data.text)
			});
		};
		const timer = setTimeout(() => finish({
			ok: false,
			text: `error: not done within ${LIMIT_MS / 1e3} seconds`
		}), LIMIT_MS);
		addEventListener("message", onMessage);
		document.body.append(frame);
		const leave = showIn(frame, program(code, key));
	});
}
function program(code, key) {
	const safe = code.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
	return `<!doctype html><meta charset="utf-8"><script>
const printed = [];
const shown = (value) => typeof value === "string" ? value : value instanceof Error ? String(value)
  : JSON.stringify(value, null, 1) ?? String(value);
const tell = (ok, text) => parent.postMessage({ type: ${JSON.stringify(DONE)}, key: ${JSON.stringify(key)}, ok, text }, "*");
for (const name of ["log", "info", "warn", "error"]) console[name] = (...values) => printed.push(values.map(shown).join(" "));
onerror = (message) => { tell(false, [...printed, "error: " + message].join("\\n")); return true; };
<\/script><script>
(async () => {
${safe}
})().then(
  (value) => tell(true, [...printed, ...(value === undefined ? [] : [shown(value)])].join("\\n") || "(nothing printed)"),
  (error) => tell(false, [...printed, "error: " + error].join("\\n")),
);
<\/script>`;
}
// src/tools/declared.ts
var WEB_SEARCH = {
	type: "builtin_function",
	function: { name: "$web_search" }
};
function offeredTools() {
	const { tools, javascript, webSearch } = settings.value;
	return [
		...tools.trim() ? JSON.parse(tools) : [],
		...javascript ? [JAVASCRIPT] : [],
		...webSearch ? [WEB_SEARCH] : []
	];
}
// src/state/answering.ts
var running = y$3(new Map());
var isAnswering = O$2(() => running.value.has(currentId.value));
var announcement = y$3("");
var allowed = new Map();
var permitted = new Map();
async function ask(text, files = []) {
	const id = currentId.value;
	denyOpenCalls(id);
	const question = newQuestion(documentOf(id).peek().head, text, files);
	change(id, (before) => withTurn(before, question));
	await answer(id, question.id);
}
async function askInstead(turn, text, files) {
	const id = currentId.value;
	const question = newQuestion(turn.parent, text, files);
	change(id, (before) => withTurn(before, question));
	await answer(id, question.id);
}
async function tryAgain(turn) {
	await answer(currentId.value, turn.parent);
}
async function goOn(turn) {
	await answer(currentId.value, turn.parent, turn);
}
function stop() {
	running.value.get(currentId.value)?.abort.abort();
}
function step(turn, by) {
	change(currentId.value, (before) => {
		const beside = siblings(before, turn);
		const next = beside[beside.findIndex((one) => one.id === turn.id) + by];
		return next ? showing(before, next.id) : before;
	});
}
function allow(turn, call, always) {
	const id = currentId.value;
	if (always) allowed.set(id, new Set([...allowed.get(id) ?? [], call.name]));
	run(id, turn.id, call);
}
function deny(turn, call, note) {
	const result = note.trim() ? `The user denied this call: ${note.trim()}` : "The user denied this call.";
	finishCall(currentId.value, turn.id, call.id, {
		state: "denied",
		result,
		seconds: null
	});
}
function giveResult(turn, call, result) {
	finishCall(currentId.value, turn.id, call.id, {
		state: "done",
		result,
		seconds: secondsSince(turn.id + call.id)
	});
}
function isAutomatic(call) {
	return call.name === JAVASCRIPT.function.name || isSearch(call);
}
function isSearch(call) {
	return call.name === WEB_SEARCH.function.name;
}
async function answer(id, parent, continued) {
	if (running.value.has(id)) return;
	const abort = new AbortController();
	const asked = branch(documentOf(id).peek(), parent);
	let turn = continued ? {
		...continued,
		state: "running",
		finish: null,
		error: null
	} : newAnswer(parent, model.value?.id ?? "");
	const begun = turn;
	running.value = new Map(running.value).set(id, {
		answerId: turn.id,
		abort
	});
	announcement.value = t("announce.answering");
	change(id, (one) => continued ? withChanged(one, turn) : withTurn(one, turn));
	let frame = 0;
	const update = (next) => {
		turn = next;
		frame ||= requestAnimationFrame(() => {
			frame = 0;
			change(id, (one) => withChanged(one, turn), true);
		});
	};
	try {
		const served = await servedModel();
		turn = await streamAnswer({
			model: served.id,
			turns: asked,
			partial: continued,
			system: settings.value.system,
			tools: offeredTools(),
			options: requestOptions(served)
		}, {
			...begun,
			model: served.id
		}, abort.signal, update);
		turn = continued ? added(turn, continued) : turn;
	} catch (error) {
		if (abort.signal.aborted) turn = {
			...turn,
			state: "stopped"
		};
		else turn = {
			...turn,
			state: "failed",
			error: sentence(error)
		};
	}
	cancelAnimationFrame(frame);
	turn = {
		...turn,
		calls: turn.calls.map((call) => ({
			...call,
			state: "waiting"
		}))
	};
	running.value = new Map([...running.value].filter(([one]) => one !== id));
	change(id, (one) => withChanged(one, turn));
	if (id === currentId.value) announcement.value = spoken(turn);
	if (turn.finish === "tool_calls" && turn.state === "done") {
		for (const call of turn.calls) if (isSearch(call) || allowed.get(id)?.has(call.name)) run(id, turn.id, call);
	}
}
async function servedModel() {
	if (!model.value) await connect();
	if (!model.value) throw new Error(connectionProblem.value ?? t("error.noModel"));
	return model.value;
}
function added(turn, before) {
	if (!turn.usage || !before.usage) return turn;
	const { usage } = turn;
	return {
		...turn,
		usage: {
			...usage,
			completion: usage.completion + before.usage.completion,
			reasoning: usage.reasoning === null ? before.usage.reasoning : usage.reasoning + (before.usage.reasoning ?? 0),
			cost: usage.cost === null ? before.usage.cost : usage.cost + (before.usage.cost ?? 0)
		}
	};
}
function run(id, turnId, call) {
	permitted.set(turnId + call.id, performance.now());
	if (isSearch(call)) {
		finishCall(id, turnId, call.id, {
			state: "done",
			result: call.arguments,
			seconds: null
		});
		return;
	}
	changeCall(id, turnId, call.id, { state: "running" });
	if (!isAutomatic(call)) return;
	runJavascript(call.arguments).then(({ ok, text }) => finishCall(id, turnId, call.id, {
		state: ok ? "done" : "failed",
		result: text,
		seconds: secondsSince(turnId + call.id)
	}));
}
function finishCall(id, turnId, callId, outcome) {
	changeCall(id, turnId, callId, outcome);
	const conversation = documentOf(id).peek();
	const turn = turnOf(conversation, turnId);
	if (turn?.role !== "assistant" || conversation.head !== turnId) return;
	if (turn.calls.every((call) => call.result !== null)) answer(id, turnId);
}
function changeCall(id, turnId, callId, changes) {
	change(id, (before) => {
		const turn = turnOf(before, turnId);
		if (turn?.role !== "assistant") return before;
		const calls = turn.calls.map((call) => call.id === callId ? {
			...call,
			...changes
		} : call);
		return withChanged(before, {
			...turn,
			calls
		});
	});
}
function denyOpenCalls(id) {
	const conversation = documentOf(id).peek();
	const last = turnOf(conversation, conversation.head);
	if (last?.role !== "assistant" || last.finish !== "tool_calls") return;
	for (const call of last.calls) {
		if (call.result !== null) continue;
		changeCall(id, last.id, call.id, {
			state: "denied",
			result: "error: no result was given",
			seconds: null
		});
	}
}
function secondsSince(key) {
	const start = permitted.get(key);
	return start === void 0 ? null : (performance.now() - start) / 1e3;
}
function sentence(error) {
	if (error instanceof Unreachable) return t("error.unreachable");
	if (error instanceof ConnectionLost) return t("error.lost");
	if (error instanceof Refusal && error.status === 401) return t("error.signIn");
	return error.message;
}
function spoken(turn) {
	if (turn.state === "failed") return "";
	if (turn.state === "stopped") return t("state.stopped");
	const calls = turn.calls.map((call) => t("tool.label", { name: call.name }));
	return [turn.content, ...calls].filter(Boolean).join(". ");
}
// src/api/files.ts
async function readOnServer(file, model, signal) {
	const form = new FormData();
	form.set("purpose", "file-extract");
	form.set("expires_after[anchor]", "created_at");
	form.set("expires_after[seconds]", "3600");
	form.set("file", file, file.name);
	const sent = await (await reach("v1/files", {
		method: "POST",
		body: form,
		signal
	})).json();
	const content = await reach(`v1/files/${encodeURIComponent(sent.id)}/content`, { signal });
	const body = await content.text();
	const text = content.headers.get("content-type")?.includes("json") ? JSON.parse(body).content : body;
	reach(`v1/files/${encodeURIComponent(sent.id)}`, { method: "DELETE" }).catch(() => void 0);
	const tokens = sent.openk2_tokens ?? await countTokens(model, text);
	return {
		bytes: sent.bytes,
		pages: sent.openk2_pages ?? null,
		tokens,
		text
	};
}
async function countTokens(model, text) {
	try {
		return (await sendJson("POST", "v1/tokenize", {
			model,
			prompt: text
		})).count;
	} catch {
		return null;
	}
}
// src/state/attachments.ts
var drafts = y$3(new Map());
function draftsOf(conversationId) {
	return drafts.value.get(conversationId) ?? [];
}
function setDrafts(conversationId, next) {
	drafts.value = new Map(drafts.value).set(conversationId, next);
}
async function attach(conversationId, files) {
	await Promise.all([...files].map((file) => attachOne(conversationId, file)));
}
function detach(conversationId, key) {
	draftsOf(conversationId).find((one) => one.key === key)?.abort.abort();
	setDrafts(conversationId, draftsOf(conversationId).filter((one) => one.key !== key));
}
function changeText(conversationId, key, attachment) {
	put(conversationId, key, { attachment });
}
async function attachOne(conversationId, file) {
	const { name, size: bytes } = file;
	const key = newId();
	const abort = new AbortController();
	const draft = {
		key,
		name,
		bytes,
		state: "reading",
		error: "",
		attachment: null,
		abort
	};
	setDrafts(conversationId, [...draftsOf(conversationId), draft]);
	try {
		put(conversationId, key, {
			state: "ready",
			attachment: {
				name,
				...await readOnServer(file, model.value?.id ?? "", abort.signal)
			}
		});
	} catch (error) {
		if (abort.signal.aborted) return;
		put(conversationId, key, {
			state: "failed",
			error: error instanceof Unreachable ? t("error.unreachable") : error.message
		});
	}
}
function put(conversationId, key, change) {
	setDrafts(conversationId, draftsOf(conversationId).map((one) => one.key === key ? {
		...one,
		...change
	} : one));
}
// src/conversation/transfer.ts
function toJson(conversations) {
	return `${JSON.stringify(conversations.length === 1 ? conversations[0] : conversations, null, 2)}\n`;
}
function fromJson(text) {
	let data;
	try {
		data = JSON.parse(text);
	} catch (error) {
		throw new Error(`not JSON: ${error.message}`);
	}
	return (Array.isArray(data) ? data : [data]).map((one, i) => readConversation(one, Array.isArray(data) ? `[${i}]` : ""));
}
function toMarkdown(conversation, you, says) {
	const parts = [`# ${conversation.title || conversation.id}`];
	let answering = false;
	for (const turn of branch(conversation)) {
		if (turn.role === "user") parts.push(`## ${you}`, ...turn.files.map((file) => `*${file.name}*`), turn.content);
		else {
			if (!answering) parts.push(`## ${says(turn.model)}`);
			parts.push(turn.content, ...turn.calls.map(callMarkdown));
		}
		answering = turn.role === "assistant";
	}
	return `${parts.filter((part) => part.trim()).join("\n\n")}\n`;
}
function callMarkdown(call) {
	const result = call.result === null ? "" : `\n\n${fenced(call.result)}`;
	return `**\`${call.name}\`**\n\n${fenced(call.arguments, "json")}${result}`;
}
function fenced(text, language = "") {
	const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
	const fence = "`".repeat(longest + 1);
	return `${fence}${language}\n${text}\n${fence}`;
}
function readConversation(data, at) {
	const fields = object(data, at);
	if (fields.format !== "openk2.conversation/1") throw new Error(`${path(at, "format")} is ${JSON.stringify(fields.format) ?? "missing"}; accepted: "${FORMAT}"`);
	if (!Array.isArray(fields.turns)) throw new Error(`${path(at, "turns")} is not a list`);
	const seen = new Set();
	const turns = fields.turns.map((one, i) => {
		const turn = readTurn(one, path(at, `turns[${i}]`));
		if (turn.parent !== null && !seen.has(turn.parent)) throw new Error(`${path(at, `turns[${i}].parent`)} is "${turn.parent}", which is no turn before it`);
		if (seen.has(turn.id)) throw new Error(`${path(at, `turns[${i}].id`)} is "${turn.id}" a second time`);
		seen.add(turn.id);
		return turn;
	});
	const head = typeof fields.head === "string" && seen.has(fields.head) ? fields.head : turns.at(-1)?.id ?? null;
	const now = Date.now();
	return settled({
		...fields,
		format: FORMAT,
		id: newId(),
		title: text$1(fields.title),
		named: fields.named === true,
		created: number(fields.created) ?? now,
		updated: number(fields.updated) ?? now,
		head,
		turns
	});
}
function readTurn(data, at) {
	const fields = object(data, at);
	const place = {
		...fields,
		id: required(fields.id, path(at, "id")),
		parent: fields.parent === null ? null : required(fields.parent, path(at, "parent")),
		created: number(fields.created) ?? 0,
		content: text$1(fields.content)
	};
	if (fields.role === "user") return {
		...place,
		role: "user",
		files: list(fields.files).map(readFile)
	};
	if (fields.role !== "assistant") throw new Error(`${path(at, "role")} is ${JSON.stringify(fields.role) ?? "missing"}; accepted: "user", "assistant"`);
	const timing = fields.timing ?? {};
	const usage = fields.usage;
	return {
		...place,
		role: "assistant",
		model: text$1(fields.model),
		reasoning: text$1(fields.reasoning),
		calls: list(fields.calls).map(readCall),
		state: oneOf(fields.state, [
			"running",
			"done",
			"stopped",
			"failed",
			"interrupted"
		], "done"),
		finish: typeof fields.finish === "string" ? fields.finish : null,
		error: typeof fields.error === "string" ? fields.error : null,
		usage: usage ? {
			prompt: number(usage.prompt) ?? 0,
			cached: number(usage.cached) ?? 0,
			completion: number(usage.completion) ?? 0,
			reasoning: number(usage.reasoning),
			cost: number(usage.cost)
		} : null,
		timing: {
			first: number(timing.first),
			thought: number(timing.thought),
			whole: number(timing.whole)
		}
	};
}
function readFile(data) {
	return {
		name: text$1(data.name),
		bytes: number(data.bytes) ?? 0,
		pages: number(data.pages),
		tokens: number(data.tokens),
		text: text$1(data.text)
	};
}
function readCall(data) {
	return {
		id: text$1(data.id),
		name: text$1(data.name),
		arguments: text$1(data.arguments),
		state: oneOf(data.state, [
			"writing",
			"waiting",
			"running",
			"done",
			"failed",
			"denied"
		], "done"),
		result: typeof data.result === "string" ? data.result : null,
		seconds: number(data.seconds)
	};
}
var path = (at, name) => at ? `${at}.${name}` : name;
var text$1 = (value) => typeof value === "string" ? value : "";
var number = (value) => typeof value === "number" && Number.isFinite(value) ? value : null;
var list = (value) => Array.isArray(value) ? value.filter((one) => isObject(one)) : [];
function isObject(value) {
	return value !== null && typeof value === "object" && !Array.isArray(value);
}
function object(value, at) {
	if (!isObject(value)) throw new Error(`${at || "the file"} is not an object`);
	return value;
}
function required(value, at) {
	if (typeof value !== "string" || !/^[A-Za-z0-9_-]{8,64}$/.test(value)) throw new Error(`${at} is ${JSON.stringify(value) ?? "missing"}; accepted: 8 to 64 letters, digits, _ or -`);
	return value;
}
function oneOf(value, accepted, otherwise) {
	return accepted.includes(value) ? value : otherwise;
}
// src/ui/copy.ts
var SHOWN_MS = 1500;
async function copy(text, button) {
	const name = button.getAttribute("aria-label");
	let said = t("copied");
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		said = t("copy.refused");
	}
	if (name === null) {
		const label = button.textContent;
		button.textContent = said;
		setTimeout(() => button.textContent = label, SHOWN_MS);
	} else {
		button.setAttribute("aria-label", said);
		button.classList.add("copied");
		setTimeout(() => {
			button.setAttribute("aria-label", name);
			button.classList.remove("copied");
		}, SHOWN_MS);
	}
}
function download(name, type, content) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([content], { type }));
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
}
function fileName(title, ending) {
	return `${title.replace(/[^\p{L}\p{N}._ -]+/gu, " ").trim().replace(/\s+/g, "-").slice(0, 60) || "conversation"}.${ending}`;
}
// \0vite/preload-helper.js
var scriptRel = (function detectScriptRel() {
	const relList = typeof document !== "undefined" && document.createElement("link").relList;
	return relList && relList.supports && relList.supports("modulepreload") ? "modulepreload" : "preload";
})();
var assetsURL = function(dep, importerUrl) {
	return new URL(dep, importerUrl).href;
};
var seen = {};
var isCssPreloadUrl = function isCssPreloadUrl(url) {
	return url.pathname.endsWith(".css");
};
var preloadOnce = function preloadOnce(seen, href, preload) {
	if (href in seen) return seen[href];
	const promise = preload();
	if (!promise) {
		seen[href] = void 0;
		return;
	}
	const preloadPromise = promise.then(() => {
		seen[href] = void 0;
	}, (err) => {
		seen[href] = void 0;
		throw err;
	});
	seen[href] = preloadPromise;
	return preloadPromise;
};
var __vitePreload = function preload(baseModule, deps, importerUrl) {
	let promise = Promise.resolve();
	if (deps && deps.length > 0) {
		let preloadedHrefs;
		const cspNonceMeta = document.querySelector("meta[property=csp-nonce]");
		const cspNonce = cspNonceMeta?.nonce || cspNonceMeta?.getAttribute("nonce");
		function allSettled(promises) {
			return Promise.all(promises.map((p) => Promise.resolve(p).then((value) => ({
				status: "fulfilled",
				value
			}), (reason) => ({
				status: "rejected",
				reason
			}))));
		}
		function importMetaResolve(specifier) {
			if (import.meta.resolve) return new URL(import.meta.resolve(specifier));
			return new URL(specifier, import.meta.url);
		}
		promise = allSettled(deps.map((depString) => {
			depString = assetsURL(depString, importerUrl);
			const dep = importMetaResolve(depString);
			const isCss = isCssPreloadUrl(dep);
			return preloadOnce(seen, dep.href, () => {
				if (preloadedHrefs === void 0) {
					preloadedHrefs = {
						all: new Set(),
						styles: new Set()
					};
					const links = document.getElementsByTagName("link");
					for (let i = links.length - 1; i >= 0; i--) {
						const link = links[i];
						preloadedHrefs.all.add(link.href);
						if (link.rel === "stylesheet") preloadedHrefs.styles.add(link.href);
					}
				}
				if ((isCss ? preloadedHrefs.styles : preloadedHrefs.all).has(dep.href)) return;
				const link = document.createElement("link");
				link.rel = isCss ? "stylesheet" : scriptRel;
				if (!isCss) link.as = "script";
				link.crossOrigin = "";
				link.href = dep.href;
				if (cspNonce) link.setAttribute("nonce", cspNonce);
				document.head.appendChild(link);
				if (isCss) return new Promise((res, rej) => {
					const handleSettle = (e) => {
						link.removeEventListener("load", handleSettle);
						link.removeEventListener("error", handleSettle);
						if (e.type === "error") rej(new Error(`Unable to preload CSS for ${dep}`));
						else res(e);
					};
					link.addEventListener("load", handleSettle);
					link.addEventListener("error", handleSettle);
				});
			});
		}).filter((p) => p !== void 0));
	}
	function handlePreloadError(err) {
		const e = new Event("vite:preloadError", { cancelable: true });
		e.payload = err;
		window.dispatchEvent(e);
		if (!e.defaultPrevented) throw err;
	}
	return promise.then((res) => {
		for (const item of res || []) {
			if (item.status !== "rejected") continue;
			handlePreloadError(item.reason);
		}
		return baseModule().catch(handlePreloadError);
	});
};
// src/state/transfers.ts
var transferProblem = y$3(null);
async function exportJson(ids) {
	const all = await Promise.all(ids.map(withLoaded));
	download(all.length === 1 ? fileName(all[0].title, "json") : "conversations.json", "application/json", toJson(all));
}
async function exportMarkdown(id) {
	const conversation = await withLoaded(id);
	const text = toMarkdown(conversation, t("you"), (model) => model || t("answer"));
	download(fileName(conversation.title, "md"), "text/markdown", text);
}
async function exportPage(id) {
	const conversation = await withLoaded(id);
	const { staticPage } = await __vitePreload(async () => {
		const { staticPage } = await import("./static_page.js");
		return { staticPage };
	}, [], import.meta.url);
	download(fileName(conversation.title, "html"), "text/html", await staticPage(conversation));
}
async function importFile(file) {
	try {
		await add(fromJson(await file.text()));
		transferProblem.value = null;
	} catch (error) {
		transferProblem.value = t("import.failed", {
			name: file.name,
			problem: error.message
		});
	}
}
// node_modules/dompurify/dist/purify.es.mjs
function _OverloadYield(e, d) {
	this.v = e, this.k = d;
}
function _arrayLikeToArray(r, a) {
	(null == a || a > r.length) && (a = r.length);
	for (var e = 0, n = Array(a); e < a; e++) n[e] = r[e];
	return n;
}
function _arrayWithHoles(r) {
	if (Array.isArray(r)) return r;
}
function _iterableToArrayLimit(r, l) {
	var t = null == r ? null : "undefined" != typeof Symbol && r[Symbol.iterator] || r["@@iterator"];
	if (null != t) {
		var e, n, i, u, a = [], f = !0, o = !1;
		try {
			if (i = (t = t.call(r)).next, 0 === l) {
				if (Object(t) !== t) return;
				f = !1;
			} else for (; !(f = (e = i.call(t)).done) && (a.push(e.value), a.length !== l); f = !0);
		} catch (r) {
			o = !0, n = r;
		} finally {
			try {
				if (!f && null != t.return && (u = t.return(), Object(u) !== u)) return;
			} finally {
				if (o) throw n;
			}
		}
		return a;
	}
}
function _nonIterableRest() {
	throw new TypeError("Invalid attempt to destructure non-iterable instance.\nIn order to be iterable, non-array objects must have a [Symbol.iterator]() method.");
}
function _slicedToArray(r, e) {
	return _arrayWithHoles(r) || _iterableToArrayLimit(r, e) || _unsupportedIterableToArray(r, e) || _nonIterableRest();
}
function _unsupportedIterableToArray(r, a) {
	if (r) {
		if ("string" == typeof r) return _arrayLikeToArray(r, a);
		var t = {}.toString.call(r).slice(8, -1);
		return "Object" === t && r.constructor && (t = r.constructor.name), "Map" === t || "Set" === t ? Array.from(r) : "Arguments" === t || /^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(t) ? _arrayLikeToArray(r, a) : void 0;
	}
}
function AsyncGenerator(e) {
	var t, n;
	function resume(t, n) {
		try {
			var r = e[t](n), o = r.value, u = o instanceof _OverloadYield;
			Promise.resolve(u ? o.v : o).then(function(n) {
				if (u) {
					var i = "return" === t && o.k ? t : "next";
					if (!o.k || n.done) return resume(i, n);
					n = e[i](n).value;
				}
				settle(!!r.done, n);
			}, function(e) {
				resume("throw", e);
			});
		} catch (e) {
			settle(2, e);
		}
	}
	function settle(e, r) {
		2 === e ? t.reject(r) : t.resolve({
			value: r,
			done: e
		}), (t = t.next) ? resume(t.key, t.arg) : n = null;
	}
	this._invoke = function(e, r) {
		return new Promise(function(o, u) {
			var i = {
				key: e,
				arg: r,
				resolve: o,
				reject: u,
				next: null
			};
			n ? n = n.next = i : (t = n = i, resume(e, r));
		});
	}, "function" != typeof e.return && (this.return = void 0);
}
AsyncGenerator.prototype["function" == typeof Symbol && Symbol.asyncIterator || "@@asyncIterator"] = function() {
	return this;
}, AsyncGenerator.prototype.next = function(e) {
	return this._invoke("next", e);
}, AsyncGenerator.prototype.throw = function(e) {
	return this._invoke("throw", e);
}, AsyncGenerator.prototype.return = function(e) {
	return this._invoke("return", e);
};
var entries = Object.entries;
var objectKeys = Object.keys;
var setPrototypeOf = Object.setPrototypeOf;
var isFrozen = Object.isFrozen;
var getPrototypeOf = Object.getPrototypeOf;
var getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
var freeze = Object.freeze;
var seal = Object.seal;
var create = Object.create;
var _ref = typeof Reflect !== "undefined" && Reflect;
var apply = _ref.apply;
var construct = _ref.construct;
if (!freeze) freeze = function freeze(x) {
	return x;
};
if (!seal) seal = function seal(x) {
	return x;
};
if (!apply) apply = function apply(func, thisArg) {
	for (var _len = arguments.length, args = new Array(_len > 2 ? _len - 2 : 0), _key = 2; _key < _len; _key++) args[_key - 2] = arguments[_key];
	return func.apply(thisArg, args);
};
if (!construct) construct = function construct(Func) {
	for (var _len2 = arguments.length, args = new Array(_len2 > 1 ? _len2 - 1 : 0), _key2 = 1; _key2 < _len2; _key2++) args[_key2 - 1] = arguments[_key2];
	return new Func(...args);
};
var arrayForEach = unapply(Array.prototype.forEach);
var arrayLastIndexOf = unapply(Array.prototype.lastIndexOf);
var arrayPop = unapply(Array.prototype.pop);
var arrayPush = unapply(Array.prototype.push);
var arraySlice = unapply(Array.prototype.slice);
var arraySplice = unapply(Array.prototype.splice);
var arrayIsArray = Array.isArray;
var setCreate = unconstruct(Set);
var setAdd = unapply(Set.prototype.add);
var setHas = unapply(Set.prototype.has);
var stringToLowerCase = unapply(String.prototype.toLowerCase);
var stringToString = unapply(String.prototype.toString);
var stringMatch = unapply(String.prototype.match);
var stringReplace = unapply(String.prototype.replace);
var stringIndexOf = unapply(String.prototype.indexOf);
var stringTrim = unapply(String.prototype.trim);
var numberToString = unapply(Number.prototype.toString);
var booleanToString = unapply(Boolean.prototype.toString);
var bigintToString = typeof BigInt === "undefined" ? null : unapply(BigInt.prototype.toString);
var symbolToString = typeof Symbol === "undefined" ? null : unapply(Symbol.prototype.toString);
var objectHasOwnProperty = unapply(Object.prototype.hasOwnProperty);
var objectToString = unapply(Object.prototype.toString);
var regExpTestRaw = RegExp.prototype.test;
var regExpTest = function regExpTest(regExp, value) {
	if (regExp instanceof RegExp) regExp.lastIndex = 0;
	return apply(regExpTestRaw, regExp, [value]);
};
var typeErrorCreate = unconstruct(TypeError);
function unapply(func) {
	return function(thisArg) {
		for (var _len3 = arguments.length, args = new Array(_len3 > 1 ? _len3 - 1 : 0), _key3 = 1; _key3 < _len3; _key3++) args[_key3 - 1] = arguments[_key3];
		return apply(func, thisArg, args);
	};
}
function unconstruct(Func) {
	return function() {
		for (var _len4 = arguments.length, args = new Array(_len4), _key4 = 0; _key4 < _len4; _key4++) args[_key4] = arguments[_key4];
		return construct(Func, args);
	};
}
function addToSet(set, array) {
	let transformCaseFunc = arguments.length > 2 && arguments[2] !== void 0 ? arguments[2] : stringToLowerCase;
	if (setPrototypeOf) setPrototypeOf(set, null);
	if (!arrayIsArray(array)) return set;
	let l = array.length;
	while (l--) {
		let element = array[l];
		if (typeof element === "string") {
			const lcElement = transformCaseFunc(element);
			if (lcElement !== element) {
				if (!isFrozen(array)) array[l] = lcElement;
				element = lcElement;
			}
		}
		set[element] = true;
	}
	return set;
}
function cleanArray(array) {
	for (let index = 0; index < array.length; index++) if (!objectHasOwnProperty(array, index)) array[index] = null;
	return array;
}
function clone(object) {
	const newObject = create(null);
	for (const _ref2 of entries(object)) {
		var _ref3 = _slicedToArray(_ref2, 2);
		const property = _ref3[0];
		const value = _ref3[1];
		if (objectHasOwnProperty(object, property)) {
			if (arrayIsArray(value)) newObject[property] = cleanArray(value);
			else if (value && typeof value === "object" && value.constructor === Object) newObject[property] = clone(value);
			else newObject[property] = value;
		}
	}
	return newObject;
}
function cloneSet(set) {
	const newSet = create(null);
	const keys = objectKeys(set);
	let l = keys.length;
	while (l--) newSet[keys[l]] = set[keys[l]];
	return newSet;
}
function stringifyValue(value) {
	switch (typeof value) {
		case "string": return value;
		case "number": return numberToString(value);
		case "boolean": return booleanToString(value);
		case "bigint": return bigintToString ? bigintToString(value) : "0";
		case "symbol": return symbolToString ? symbolToString(value) : "Symbol()";
		case "undefined": return objectToString(value);
		case "function":
		case "object": {
			if (value === null) return objectToString(value);
			const valueAsRecord = value;
			const valueToString = lookupGetter(valueAsRecord, "toString");
			if (typeof valueToString === "function") {
				const stringified = valueToString(valueAsRecord);
				return typeof stringified === "string" ? stringified : objectToString(stringified);
			}
			return objectToString(value);
		}
		default: return objectToString(value);
	}
}
function lookupGetter(object, prop) {
	while (object !== null) {
		const desc = getOwnPropertyDescriptor(object, prop);
		if (desc) {
			if (desc.get) return unapply(desc.get);
			if (typeof desc.value === "function") return unapply(desc.value);
		}
		object = getPrototypeOf(object);
	}
	function fallbackValue() {
		return null;
	}
	return fallbackValue;
}
function lookupAccessor(object, prop) {
	while (object !== null) {
		const desc = getOwnPropertyDescriptor(object, prop);
		if (desc) return desc.get ? unapply(desc.get) : null;
		object = getPrototypeOf(object);
	}
	return null;
}
function isRegex(value) {
	if (!value) return false;
	try {
		regExpTest(value, "");
		return true;
	} catch (_unused) {
		return false;
	}
}
var html$1 = freeze([
	"a",
	"abbr",
	"acronym",
	"address",
	"area",
	"article",
	"aside",
	"audio",
	"b",
	"bdi",
	"bdo",
	"big",
	"blink",
	"blockquote",
	"body",
	"br",
	"button",
	"canvas",
	"caption",
	"center",
	"cite",
	"code",
	"col",
	"colgroup",
	"content",
	"data",
	"datalist",
	"dd",
	"decorator",
	"del",
	"details",
	"dfn",
	"dialog",
	"dir",
	"div",
	"dl",
	"dt",
	"element",
	"em",
	"fieldset",
	"figcaption",
	"figure",
	"font",
	"footer",
	"form",
	"h1",
	"h2",
	"h3",
	"h4",
	"h5",
	"h6",
	"head",
	"header",
	"hgroup",
	"hr",
	"html",
	"i",
	"img",
	"input",
	"ins",
	"kbd",
	"label",
	"legend",
	"li",
	"main",
	"map",
	"mark",
	"marquee",
	"menu",
	"menuitem",
	"meter",
	"nav",
	"nobr",
	"ol",
	"optgroup",
	"option",
	"output",
	"p",
	"picture",
	"pre",
	"progress",
	"q",
	"rp",
	"rt",
	"ruby",
	"s",
	"samp",
	"search",
	"section",
	"select",
	"shadow",
	"slot",
	"small",
	"source",
	"spacer",
	"span",
	"strike",
	"strong",
	"style",
	"sub",
	"summary",
	"sup",
	"table",
	"tbody",
	"td",
	"template",
	"textarea",
	"tfoot",
	"th",
	"thead",
	"time",
	"tr",
	"track",
	"tt",
	"u",
	"ul",
	"var",
	"video",
	"wbr"
]);
var svg$1 = freeze([
	"svg",
	"a",
	"altglyph",
	"altglyphdef",
	"altglyphitem",
	"animatecolor",
	"animatemotion",
	"animatetransform",
	"circle",
	"clippath",
	"defs",
	"desc",
	"ellipse",
	"filter",
	"font",
	"g",
	"glyph",
	"glyphref",
	"hkern",
	"image",
	"line",
	"lineargradient",
	"marker",
	"mask",
	"metadata",
	"mpath",
	"path",
	"pattern",
	"polygon",
	"polyline",
	"radialgradient",
	"rect",
	"stop",
	"style",
	"switch",
	"symbol",
	"text",
	"textpath",
	"title",
	"tref",
	"tspan",
	"view",
	"vkern"
]);
var svgFilters = freeze([
	"feBlend",
	"feColorMatrix",
	"feComponentTransfer",
	"feComposite",
	"feConvolveMatrix",
	"feDiffuseLighting",
	"feDisplacementMap",
	"feDistantLight",
	"feDropShadow",
	"feFlood",
	"feFuncA",
	"feFuncB",
	"feFuncG",
	"feFuncR",
	"feGaussianBlur",
	"feImage",
	"feMerge",
	"feMergeNode",
	"feMorphology",
	"feOffset",
	"fePointLight",
	"feSpecularLighting",
	"feSpotLight",
	"feTile",
	"feTurbulence"
]);
var svgDisallowed = freeze([
	"animate",
	"color-profile",
	"cursor",
	"discard",
	"font-face",
	"font-face-format",
	"font-face-name",
	"font-face-src",
	"font-face-uri",
	"foreignobject",
	"hatch",
	"hatchpath",
	"mesh",
	"meshgradient",
	"meshpatch",
	"meshrow",
	"missing-glyph",
	"script",
	"set",
	"solidcolor",
	"unknown",
	"use"
]);
var mathMl$1 = freeze([
	"math",
	"menclose",
	"merror",
	"mfenced",
	"mfrac",
	"mglyph",
	"mi",
	"mlabeledtr",
	"mmultiscripts",
	"mn",
	"mo",
	"mover",
	"mpadded",
	"mphantom",
	"mroot",
	"mrow",
	"ms",
	"mspace",
	"msqrt",
	"mstyle",
	"msub",
	"msup",
	"msubsup",
	"mtable",
	"mtd",
	"mtext",
	"mtr",
	"munder",
	"munderover",
	"mprescripts"
]);
var mathMlDisallowed = freeze([
	"maction",
	"maligngroup",
	"malignmark",
	"mlongdiv",
	"mscarries",
	"mscarry",
	"msgroup",
	"mstack",
	"msline",
	"msrow",
	"semantics",
	"annotation",
	"annotation-xml",
	"mprescripts",
	"none"
]);
var text = freeze(["#text"]);
var html = freeze([
	"accept",
	"action",
	"align",
	"alt",
	"autocapitalize",
	"autocomplete",
	"autopictureinpicture",
	"autoplay",
	"background",
	"bgcolor",
	"border",
	"capture",
	"cellpadding",
	"cellspacing",
	"checked",
	"cite",
	"class",
	"clear",
	"color",
	"cols",
	"colspan",
	"command",
	"commandfor",
	"controls",
	"controlslist",
	"coords",
	"crossorigin",
	"datetime",
	"decoding",
	"default",
	"dir",
	"disabled",
	"disablepictureinpicture",
	"disableremoteplayback",
	"download",
	"draggable",
	"enctype",
	"enterkeyhint",
	"exportparts",
	"face",
	"for",
	"headers",
	"height",
	"hidden",
	"high",
	"href",
	"hreflang",
	"id",
	"inert",
	"inputmode",
	"integrity",
	"ismap",
	"kind",
	"label",
	"lang",
	"list",
	"loading",
	"loop",
	"low",
	"max",
	"maxlength",
	"media",
	"method",
	"min",
	"minlength",
	"multiple",
	"muted",
	"name",
	"nonce",
	"noshade",
	"novalidate",
	"nowrap",
	"open",
	"optimum",
	"part",
	"pattern",
	"placeholder",
	"playsinline",
	"popover",
	"popovertarget",
	"popovertargetaction",
	"poster",
	"preload",
	"pubdate",
	"radiogroup",
	"readonly",
	"rel",
	"required",
	"rev",
	"reversed",
	"role",
	"rows",
	"rowspan",
	"spellcheck",
	"scope",
	"selected",
	"shape",
	"size",
	"sizes",
	"slot",
	"span",
	"srclang",
	"start",
	"src",
	"srcset",
	"step",
	"style",
	"summary",
	"tabindex",
	"title",
	"translate",
	"type",
	"usemap",
	"valign",
	"value",
	"width",
	"wrap",
	"xmlns"
]);
var svg = freeze([
	"accent-height",
	"accumulate",
	"additive",
	"alignment-baseline",
	"amplitude",
	"ascent",
	"attributename",
	"attributetype",
	"azimuth",
	"basefrequency",
	"baseline-shift",
	"begin",
	"bias",
	"by",
	"class",
	"clip",
	"clippathunits",
	"clip-path",
	"clip-rule",
	"color",
	"color-interpolation",
	"color-interpolation-filters",
	"color-profile",
	"color-rendering",
	"cx",
	"cy",
	"d",
	"dx",
	"dy",
	"diffuseconstant",
	"direction",
	"display",
	"divisor",
	"dominant-baseline",
	"dur",
	"edgemode",
	"elevation",
	"end",
	"exponent",
	"fill",
	"fill-opacity",
	"fill-rule",
	"filter",
	"filterunits",
	"flood-color",
	"flood-opacity",
	"font-family",
	"font-size",
	"font-size-adjust",
	"font-stretch",
	"font-style",
	"font-variant",
	"font-weight",
	"fx",
	"fy",
	"g1",
	"g2",
	"glyph-name",
	"glyphref",
	"gradientunits",
	"gradienttransform",
	"height",
	"href",
	"id",
	"image-rendering",
	"in",
	"in2",
	"intercept",
	"k",
	"k1",
	"k2",
	"k3",
	"k4",
	"kerning",
	"keypoints",
	"keysplines",
	"keytimes",
	"lang",
	"lengthadjust",
	"letter-spacing",
	"kernelmatrix",
	"kernelunitlength",
	"lighting-color",
	"local",
	"marker-end",
	"marker-mid",
	"marker-start",
	"markerheight",
	"markerunits",
	"markerwidth",
	"maskcontentunits",
	"maskunits",
	"max",
	"mask",
	"mask-type",
	"media",
	"method",
	"mode",
	"min",
	"name",
	"numoctaves",
	"offset",
	"operator",
	"opacity",
	"order",
	"orient",
	"orientation",
	"origin",
	"overflow",
	"paint-order",
	"path",
	"pathlength",
	"patterncontentunits",
	"patterntransform",
	"patternunits",
	"pointer-events",
	"points",
	"preservealpha",
	"preserveaspectratio",
	"primitiveunits",
	"r",
	"rx",
	"ry",
	"radius",
	"refx",
	"refy",
	"repeatcount",
	"repeatdur",
	"restart",
	"result",
	"rotate",
	"scale",
	"seed",
	"shape-rendering",
	"slope",
	"specularconstant",
	"specularexponent",
	"spreadmethod",
	"startoffset",
	"stddeviation",
	"stitchtiles",
	"stop-color",
	"stop-opacity",
	"stroke-dasharray",
	"stroke-dashoffset",
	"stroke-linecap",
	"stroke-linejoin",
	"stroke-miterlimit",
	"stroke-opacity",
	"stroke",
	"stroke-width",
	"style",
	"surfacescale",
	"systemlanguage",
	"tabindex",
	"tablevalues",
	"targetx",
	"targety",
	"transform",
	"transform-origin",
	"text-anchor",
	"text-decoration",
	"text-orientation",
	"text-rendering",
	"textlength",
	"type",
	"u1",
	"u2",
	"unicode",
	"values",
	"vector-effect",
	"viewbox",
	"visibility",
	"version",
	"vert-adv-y",
	"vert-origin-x",
	"vert-origin-y",
	"width",
	"word-spacing",
	"wrap",
	"writing-mode",
	"xchannelselector",
	"ychannelselector",
	"x",
	"x1",
	"x2",
	"xmlns",
	"y",
	"y1",
	"y2",
	"z",
	"zoomandpan"
]);
var mathMl = freeze([
	"accent",
	"accentunder",
	"align",
	"bevelled",
	"close",
	"columnalign",
	"columnlines",
	"columnspacing",
	"columnspan",
	"denomalign",
	"depth",
	"dir",
	"display",
	"displaystyle",
	"encoding",
	"fence",
	"frame",
	"height",
	"href",
	"id",
	"largeop",
	"length",
	"linethickness",
	"lquote",
	"lspace",
	"mathbackground",
	"mathcolor",
	"mathsize",
	"mathvariant",
	"maxsize",
	"minsize",
	"movablelimits",
	"notation",
	"numalign",
	"open",
	"rowalign",
	"rowlines",
	"rowspacing",
	"rowspan",
	"rspace",
	"rquote",
	"scriptlevel",
	"scriptminsize",
	"scriptsizemultiplier",
	"selection",
	"separator",
	"separators",
	"stretchy",
	"subscriptshift",
	"supscriptshift",
	"symmetric",
	"voffset",
	"width",
	"xmlns"
]);
var xml = freeze([
	"xlink:href",
	"xml:id",
	"xlink:title",
	"xml:space",
	"xmlns:xlink"
]);
var MUSTACHE_EXPR = seal(/{{[\w\W]*|^[\w\W]*}}/g);
var ERB_EXPR = seal(/<%[\w\W]*|^[\w\W]*%>/g);
var TMPLIT_EXPR = seal(/\${[\w\W]*/g);
var TMPL_MARKER_SERIALIZED = seal(/{{|}}|\${|<%|%>|&lt;%|%&gt;/);
var DATA_ATTR = seal(/^data-[\-\w.\u00B7-\uFFFF]+$/);
var ARIA_ATTR = seal(/^aria-[\-\w]+$/);
var IS_ALLOWED_URI = seal(/^(?:(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):|[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$))/i);
var IS_SCRIPT_OR_DATA = seal(/^(?:\w+script|data):/i);
var ATTR_WHITESPACE = seal(/[\u0000-\u0020\u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g);
var DOCTYPE_NAME = seal(/^html$/i);
var CUSTOM_ELEMENT = seal(/^[a-z][.\w]*(-[.\w]+)+$/i);
var ELEMENT_MARKUP_PROBE = seal(/<[/\w!]/g);
var COMMENT_MARKUP_PROBE = seal(/<[/\w]/g);
var FALLBACK_TAG_CLOSE = seal(/<\/no(script|embed|frames)/i);
var SELF_CLOSING_TAG = seal(/\/>/i);
var ATTR_VALUE_BREAKOUT = seal(/((--!?|])>)|<\/(style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i);
var LEADING_WHITESPACE = seal(/^[\r\n\t ]+/);
var NODE_TYPE = {
	element: 1,
	text: 3,
	processingInstruction: 7,
	comment: 8,
	document: 9,
	documentFragment: 11
};
var LITERAL_TEXT_ELEMENTS = freeze(addToSet({}, [
	"style",
	"script",
	"xmp",
	"iframe",
	"noembed",
	"noframes",
	"plaintext",
	"noscript"
]));
var getGlobal = function getGlobal() {
	return typeof window === "undefined" ? null : window;
};
var _createTrustedTypesPolicy = function _createTrustedTypesPolicy(trustedTypes, purifyHostElement) {
	if (typeof trustedTypes !== "object" || typeof trustedTypes.createPolicy !== "function") return null;
	let suffix = null;
	const ATTR_NAME = "data-tt-policy-suffix";
	if (purifyHostElement && purifyHostElement.hasAttribute(ATTR_NAME)) suffix = purifyHostElement.getAttribute(ATTR_NAME);
	const policyName = "dompurify" + (suffix ? "#" + suffix : "");
	try {
		return trustedTypes.createPolicy(policyName, {
			createHTML(html) {
				return html;
			},
			createScriptURL(scriptUrl) {
				return scriptUrl;
			}
		});
	} catch (_) {
		console.warn("TrustedTypes policy " + policyName + " could not be created.");
		return null;
	}
};
var _createHooksMap = function _createHooksMap() {
	return {
		afterSanitizeAttributes: [],
		afterSanitizeElements: [],
		afterSanitizeShadowDOM: [],
		beforeSanitizeAttributes: [],
		beforeSanitizeElements: [],
		beforeSanitizeShadowDOM: [],
		uponSanitizeAttribute: [],
		uponSanitizeElement: [],
		uponSanitizeShadowNode: []
	};
};
var _resolveSetOption = function _resolveSetOption(cfg, key, fallback, options) {
	return objectHasOwnProperty(cfg, key) && arrayIsArray(cfg[key]) ? addToSet(options.base ? cloneSet(options.base) : {}, cfg[key], options.transform) : fallback;
};
var _resolveObjectOption = function _resolveObjectOption(cfg, key, fallback) {
	const value = objectHasOwnProperty(cfg, key) ? cfg[key] : void 0;
	return value && typeof value === "object" ? clone(value) : fallback;
};
function createDOMPurify() {
	let window = arguments.length > 0 && arguments[0] !== void 0 ? arguments[0] : getGlobal();
	const DOMPurify = (root) => createDOMPurify(root);
	DOMPurify.version = "3.4.18";
	DOMPurify.removed = [];
	if (!window || !window.document || window.document.nodeType !== NODE_TYPE.document || !window.Element) {
		DOMPurify.isSupported = false;
		return DOMPurify;
	}
	let document = window.document;
	const originalDocument = document;
	const currentScript = originalDocument.currentScript;
	const HTMLTemplateElement = window.HTMLTemplateElement, Node = window.Node, Element = window.Element, NodeFilter = window.NodeFilter, DOMParser = window.DOMParser, trustedTypes = window.trustedTypes;
	const ElementPrototype = Element.prototype;
	const cloneNode = lookupGetter(ElementPrototype, "cloneNode");
	const remove = lookupGetter(ElementPrototype, "remove");
	const removeAttributeNode = lookupGetter(ElementPrototype, "removeAttributeNode");
	const getNextSibling = lookupGetter(ElementPrototype, "nextSibling");
	const getChildNodes = lookupGetter(ElementPrototype, "childNodes");
	const getParentNode = lookupGetter(ElementPrototype, "parentNode");
	const getShadowRoot = lookupGetter(ElementPrototype, "shadowRoot");
	const getAttributes = lookupGetter(ElementPrototype, "attributes");
	const getNodeType = Node && Node.prototype ? lookupGetter(Node.prototype, "nodeType") : null;
	const getNodeName = Node && Node.prototype ? lookupGetter(Node.prototype, "nodeName") : null;
	const getOwnerDocument = Node && Node.prototype ? lookupGetter(Node.prototype, "ownerDocument") : null;
	const _readNodeType = function _readNodeType(node) {
		return getNodeType ? getNodeType(node) : node.nodeType;
	};
	const _readNodeName = function _readNodeName(node) {
		return getNodeName ? getNodeName(node) : node.nodeName;
	};
	const getNamespaceURI = lookupAccessor(ElementPrototype, "namespaceURI");
	const _readNamespaceURI = function _readNamespaceURI(element) {
		return getNamespaceURI ? getNamespaceURI(element) : element.namespaceURI;
	};
	if (typeof HTMLTemplateElement === "function") {
		const template = document.createElement("template");
		if (template.content && template.content.ownerDocument) document = template.content.ownerDocument;
	}
	let trustedTypesPolicy;
	let emptyHTML = "";
	let defaultTrustedTypesPolicy;
	let defaultTrustedTypesPolicyResolved = false;
	let IN_TRUSTED_TYPES_POLICY = 0;
	const _assertNotInTrustedTypesPolicy = function _assertNotInTrustedTypesPolicy() {
		if (IN_TRUSTED_TYPES_POLICY > 0) throw typeErrorCreate("A configured TRUSTED_TYPES_POLICY callback (createHTML or createScriptURL) must not call DOMPurify.sanitize, as that causes infinite recursion. Do not pass a policy whose callbacks wrap DOMPurify as TRUSTED_TYPES_POLICY; see the \"DOMPurify and Trusted Types\" section of the README.");
	};
	const _createTrustedHTML = function _createTrustedHTML(html) {
		_assertNotInTrustedTypesPolicy();
		IN_TRUSTED_TYPES_POLICY++;
		try {
			return trustedTypesPolicy.createHTML(html);
		} finally {
			IN_TRUSTED_TYPES_POLICY--;
		}
	};
	const _signOutput = function _signOutput(html) {
		return trustedTypesPolicy && RETURN_TRUSTED_TYPE ? _createTrustedHTML(html) : html;
	};
	const _createTrustedScriptURL = function _createTrustedScriptURL(scriptUrl) {
		_assertNotInTrustedTypesPolicy();
		IN_TRUSTED_TYPES_POLICY++;
		try {
			return trustedTypesPolicy.createScriptURL(scriptUrl);
		} finally {
			IN_TRUSTED_TYPES_POLICY--;
		}
	};
	const _getDefaultTrustedTypesPolicy = function _getDefaultTrustedTypesPolicy() {
		if (!defaultTrustedTypesPolicyResolved) {
			defaultTrustedTypesPolicy = _createTrustedTypesPolicy(trustedTypes, currentScript);
			defaultTrustedTypesPolicyResolved = true;
		}
		return defaultTrustedTypesPolicy;
	};
	const _document = document, implementation = _document.implementation, createNodeIterator = _document.createNodeIterator, createDocumentFragment = _document.createDocumentFragment, getElementsByTagName = _document.getElementsByTagName;
	const importNode = originalDocument.importNode;
	let hooks = _createHooksMap();
	DOMPurify.isSupported = typeof entries === "function" && typeof getParentNode === "function" && implementation && implementation.createHTMLDocument !== void 0;
	const MUSTACHE_EXPR$1 = MUSTACHE_EXPR, ERB_EXPR$1 = ERB_EXPR, TMPLIT_EXPR$1 = TMPLIT_EXPR, DATA_ATTR$1 = DATA_ATTR, ARIA_ATTR$1 = ARIA_ATTR, IS_SCRIPT_OR_DATA$1 = IS_SCRIPT_OR_DATA, ATTR_WHITESPACE$1 = ATTR_WHITESPACE, CUSTOM_ELEMENT$1 = CUSTOM_ELEMENT;
	let IS_ALLOWED_URI$1 = IS_ALLOWED_URI;
	let ALLOWED_TAGS = null;
	const DEFAULT_ALLOWED_TAGS = addToSet({}, [
		...html$1,
		...svg$1,
		...svgFilters,
		...mathMl$1,
		...text
	]);
	let ALLOWED_ATTR = null;
	const DEFAULT_ALLOWED_ATTR = addToSet({}, [
		...html,
		...svg,
		...mathMl,
		...xml
	]);
	let CUSTOM_ELEMENT_HANDLING = null;
	let FORBID_TAGS = null;
	let FORBID_ATTR = null;
	const EXTRA_ELEMENT_HANDLING = Object.seal(create(null, {
		tagCheck: {
			writable: true,
			configurable: false,
			enumerable: true,
			value: null
		},
		attributeCheck: {
			writable: true,
			configurable: false,
			enumerable: true,
			value: null
		}
	}));
	let ALLOW_ARIA_ATTR = true;
	let ALLOW_DATA_ATTR = true;
	let ALLOW_UNKNOWN_PROTOCOLS = false;
	let ALLOW_SELF_CLOSE_IN_ATTR = true;
	let SAFE_FOR_TEMPLATES = false;
	let SAFE_FOR_XML = true;
	let WHOLE_DOCUMENT = false;
	let SET_CONFIG = false;
	let SET_CONFIG_ALLOWED_TAGS = null;
	let SET_CONFIG_ALLOWED_ATTR = null;
	let FORCE_BODY = false;
	let RETURN_DOM = false;
	let RETURN_DOM_FRAGMENT = false;
	let RETURN_TRUSTED_TYPE = false;
	let SANITIZE_DOM = true;
	let SANITIZE_NAMED_PROPS = false;
	const SANITIZE_NAMED_PROPS_PREFIX = "user-content-";
	let KEEP_CONTENT = true;
	let IN_PLACE = false;
	let IN_PLACE_VISITED = null;
	let USE_PROFILES = false;
	let FORBID_CONTENTS = null;
	const DEFAULT_FORBID_CONTENTS = addToSet({}, [
		"annotation-xml",
		"audio",
		"colgroup",
		"desc",
		"foreignobject",
		"head",
		"iframe",
		"math",
		"mi",
		"mn",
		"mo",
		"ms",
		"mtext",
		"noembed",
		"noframes",
		"noscript",
		"plaintext",
		"script",
		"selectedcontent",
		"style",
		"svg",
		"template",
		"thead",
		"title",
		"video",
		"xmp"
	]);
	let DATA_URI_TAGS = null;
	const DEFAULT_DATA_URI_TAGS = addToSet({}, [
		"audio",
		"video",
		"img",
		"source",
		"image",
		"track"
	]);
	let URI_SAFE_ATTRIBUTES = null;
	const DEFAULT_URI_SAFE_ATTRIBUTES = addToSet({}, [
		"alt",
		"class",
		"for",
		"id",
		"label",
		"name",
		"pattern",
		"placeholder",
		"role",
		"summary",
		"title",
		"value",
		"style",
		"xmlns"
	]);
	const MATHML_NAMESPACE = "http://www.w3.org/1998/Math/MathML";
	const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
	const HTML_NAMESPACE = "http://www.w3.org/1999/xhtml";
	let NAMESPACE = HTML_NAMESPACE;
	let IS_EMPTY_INPUT = false;
	let ALLOWED_NAMESPACES = null;
	const DEFAULT_ALLOWED_NAMESPACES = addToSet({}, [
		MATHML_NAMESPACE,
		SVG_NAMESPACE,
		HTML_NAMESPACE
	], stringToString);
	const DEFAULT_MATHML_TEXT_INTEGRATION_POINTS = freeze(addToSet({}, [
		"mi",
		"mo",
		"mn",
		"ms",
		"mtext"
	]));
	let MATHML_TEXT_INTEGRATION_POINTS = null;
	const DEFAULT_HTML_INTEGRATION_POINTS = freeze(addToSet({}, ["annotation-xml"]));
	let HTML_INTEGRATION_POINTS = null;
	const DEFAULT_CUSTOM_ELEMENT_HANDLING = freeze(create(null));
	const COMMON_SVG_AND_HTML_ELEMENTS = addToSet({}, [
		"title",
		"style",
		"font",
		"a",
		"script"
	]);
	let PARSER_MEDIA_TYPE = null;
	const SUPPORTED_PARSER_MEDIA_TYPES = ["application/xhtml+xml", "text/html"];
	const DEFAULT_PARSER_MEDIA_TYPE = "text/html";
	let transformCaseFunc = null;
	let CONFIG = null;
	const formElement = document.createElement("form");
	const isRegexOrFunction = function isRegexOrFunction(testValue) {
		return testValue instanceof RegExp || testValue instanceof Function;
	};
	const _parseConfig = function _parseConfig() {
		let cfg = arguments.length > 0 && arguments[0] !== void 0 ? arguments[0] : {};
		if (!cfg || typeof cfg !== "object") cfg = {};
		cfg = clone(cfg);
		PARSER_MEDIA_TYPE = SUPPORTED_PARSER_MEDIA_TYPES.indexOf(cfg.PARSER_MEDIA_TYPE) === -1 ? DEFAULT_PARSER_MEDIA_TYPE : cfg.PARSER_MEDIA_TYPE;
		transformCaseFunc = PARSER_MEDIA_TYPE === "application/xhtml+xml" ? stringToString : stringToLowerCase;
		ALLOWED_TAGS = _resolveSetOption(cfg, "ALLOWED_TAGS", DEFAULT_ALLOWED_TAGS, { transform: transformCaseFunc });
		ALLOWED_ATTR = _resolveSetOption(cfg, "ALLOWED_ATTR", DEFAULT_ALLOWED_ATTR, { transform: transformCaseFunc });
		ALLOWED_NAMESPACES = _resolveSetOption(cfg, "ALLOWED_NAMESPACES", DEFAULT_ALLOWED_NAMESPACES, { transform: stringToString });
		URI_SAFE_ATTRIBUTES = _resolveSetOption(cfg, "ADD_URI_SAFE_ATTR", DEFAULT_URI_SAFE_ATTRIBUTES, {
			transform: transformCaseFunc,
			base: DEFAULT_URI_SAFE_ATTRIBUTES
		});
		DATA_URI_TAGS = _resolveSetOption(cfg, "ADD_DATA_URI_TAGS", DEFAULT_DATA_URI_TAGS, {
			transform: transformCaseFunc,
			base: DEFAULT_DATA_URI_TAGS
		});
		FORBID_CONTENTS = _resolveSetOption(cfg, "FORBID_CONTENTS", DEFAULT_FORBID_CONTENTS, { transform: transformCaseFunc });
		FORBID_TAGS = _resolveSetOption(cfg, "FORBID_TAGS", create(null), { transform: transformCaseFunc });
		FORBID_ATTR = _resolveSetOption(cfg, "FORBID_ATTR", create(null), { transform: transformCaseFunc });
		USE_PROFILES = objectHasOwnProperty(cfg, "USE_PROFILES") ? cfg.USE_PROFILES && typeof cfg.USE_PROFILES === "object" ? clone(cfg.USE_PROFILES) : cfg.USE_PROFILES : false;
		ALLOW_ARIA_ATTR = cfg.ALLOW_ARIA_ATTR !== false;
		ALLOW_DATA_ATTR = cfg.ALLOW_DATA_ATTR !== false;
		ALLOW_UNKNOWN_PROTOCOLS = cfg.ALLOW_UNKNOWN_PROTOCOLS || false;
		ALLOW_SELF_CLOSE_IN_ATTR = cfg.ALLOW_SELF_CLOSE_IN_ATTR !== false;
		SAFE_FOR_TEMPLATES = cfg.SAFE_FOR_TEMPLATES || false;
		SAFE_FOR_XML = cfg.SAFE_FOR_XML !== false;
		WHOLE_DOCUMENT = cfg.WHOLE_DOCUMENT || false;
		RETURN_DOM = cfg.RETURN_DOM || false;
		RETURN_DOM_FRAGMENT = cfg.RETURN_DOM_FRAGMENT || false;
		RETURN_TRUSTED_TYPE = cfg.RETURN_TRUSTED_TYPE || false;
		FORCE_BODY = cfg.FORCE_BODY || false;
		SANITIZE_DOM = cfg.SANITIZE_DOM !== false;
		SANITIZE_NAMED_PROPS = cfg.SANITIZE_NAMED_PROPS || false;
		KEEP_CONTENT = cfg.KEEP_CONTENT !== false;
		IN_PLACE = cfg.IN_PLACE || false;
		IS_ALLOWED_URI$1 = isRegex(cfg.ALLOWED_URI_REGEXP) ? cfg.ALLOWED_URI_REGEXP : IS_ALLOWED_URI;
		NAMESPACE = typeof cfg.NAMESPACE === "string" ? cfg.NAMESPACE : HTML_NAMESPACE;
		MATHML_TEXT_INTEGRATION_POINTS = _resolveObjectOption(cfg, "MATHML_TEXT_INTEGRATION_POINTS", DEFAULT_MATHML_TEXT_INTEGRATION_POINTS);
		HTML_INTEGRATION_POINTS = _resolveObjectOption(cfg, "HTML_INTEGRATION_POINTS", DEFAULT_HTML_INTEGRATION_POINTS);
		const customElementHandling = _resolveObjectOption(cfg, "CUSTOM_ELEMENT_HANDLING", DEFAULT_CUSTOM_ELEMENT_HANDLING);
		CUSTOM_ELEMENT_HANDLING = create(null);
		if (objectHasOwnProperty(customElementHandling, "tagNameCheck") && isRegexOrFunction(customElementHandling.tagNameCheck)) CUSTOM_ELEMENT_HANDLING.tagNameCheck = customElementHandling.tagNameCheck;
		if (objectHasOwnProperty(customElementHandling, "attributeNameCheck") && isRegexOrFunction(customElementHandling.attributeNameCheck)) CUSTOM_ELEMENT_HANDLING.attributeNameCheck = customElementHandling.attributeNameCheck;
		if (objectHasOwnProperty(customElementHandling, "allowCustomizedBuiltInElements") && typeof customElementHandling.allowCustomizedBuiltInElements === "boolean") CUSTOM_ELEMENT_HANDLING.allowCustomizedBuiltInElements = customElementHandling.allowCustomizedBuiltInElements;
		seal(CUSTOM_ELEMENT_HANDLING);
		if (SAFE_FOR_TEMPLATES) ALLOW_DATA_ATTR = false;
		if (RETURN_DOM_FRAGMENT) RETURN_DOM = true;
		if (USE_PROFILES) {
			if ((objectHasOwnProperty(cfg, "ALLOWED_TAGS") || objectHasOwnProperty(cfg, "ALLOWED_ATTR")) && typeof console !== "undefined" && typeof console.warn === "function") console.warn("DOMPurify: USE_PROFILES overrides ALLOWED_TAGS and ALLOWED_ATTR. Do not use these options together.");
			ALLOWED_TAGS = addToSet({}, text);
			ALLOWED_ATTR = create(null);
			if (USE_PROFILES.html === true) {
				addToSet(ALLOWED_TAGS, html$1);
				addToSet(ALLOWED_ATTR, html);
			}
			if (USE_PROFILES.svg === true) {
				addToSet(ALLOWED_TAGS, svg$1);
				addToSet(ALLOWED_ATTR, svg);
				addToSet(ALLOWED_ATTR, xml);
			}
			if (USE_PROFILES.svgFilters === true) {
				addToSet(ALLOWED_TAGS, svgFilters);
				addToSet(ALLOWED_ATTR, svg);
				addToSet(ALLOWED_ATTR, xml);
			}
			if (USE_PROFILES.mathMl === true) {
				addToSet(ALLOWED_TAGS, mathMl$1);
				addToSet(ALLOWED_ATTR, mathMl);
				addToSet(ALLOWED_ATTR, xml);
			}
		}
		EXTRA_ELEMENT_HANDLING.tagCheck = null;
		EXTRA_ELEMENT_HANDLING.attributeCheck = null;
		if (objectHasOwnProperty(cfg, "ADD_TAGS")) {
			if (typeof cfg.ADD_TAGS === "function") EXTRA_ELEMENT_HANDLING.tagCheck = cfg.ADD_TAGS;
			else if (arrayIsArray(cfg.ADD_TAGS)) {
				if (ALLOWED_TAGS === DEFAULT_ALLOWED_TAGS) ALLOWED_TAGS = cloneSet(ALLOWED_TAGS);
				addToSet(ALLOWED_TAGS, cfg.ADD_TAGS, transformCaseFunc);
			}
		}
		if (objectHasOwnProperty(cfg, "ADD_ATTR")) {
			if (typeof cfg.ADD_ATTR === "function") EXTRA_ELEMENT_HANDLING.attributeCheck = cfg.ADD_ATTR;
			else if (arrayIsArray(cfg.ADD_ATTR)) {
				if (ALLOWED_ATTR === DEFAULT_ALLOWED_ATTR) ALLOWED_ATTR = cloneSet(ALLOWED_ATTR);
				addToSet(ALLOWED_ATTR, cfg.ADD_ATTR, transformCaseFunc);
			}
		}
		if (objectHasOwnProperty(cfg, "ADD_FORBID_CONTENTS") && arrayIsArray(cfg.ADD_FORBID_CONTENTS)) {
			if (FORBID_CONTENTS === DEFAULT_FORBID_CONTENTS) FORBID_CONTENTS = cloneSet(FORBID_CONTENTS);
			addToSet(FORBID_CONTENTS, cfg.ADD_FORBID_CONTENTS, transformCaseFunc);
		}
		if (KEEP_CONTENT) ALLOWED_TAGS["#text"] = true;
		if (WHOLE_DOCUMENT) addToSet(ALLOWED_TAGS, [
			"html",
			"head",
			"body"
		]);
		if (ALLOWED_TAGS.table) {
			ALLOWED_TAGS.tbody = true;
			delete FORBID_TAGS.tbody;
		}
		if (cfg.TRUSTED_TYPES_POLICY) {
			if (typeof cfg.TRUSTED_TYPES_POLICY.createHTML !== "function") throw typeErrorCreate("TRUSTED_TYPES_POLICY configuration option must provide a \"createHTML\" hook.");
			if (typeof cfg.TRUSTED_TYPES_POLICY.createScriptURL !== "function") throw typeErrorCreate("TRUSTED_TYPES_POLICY configuration option must provide a \"createScriptURL\" hook.");
			const previousTrustedTypesPolicy = trustedTypesPolicy;
			trustedTypesPolicy = cfg.TRUSTED_TYPES_POLICY;
			try {
				emptyHTML = _createTrustedHTML("");
			} catch (error) {
				trustedTypesPolicy = previousTrustedTypesPolicy;
				throw error;
			}
		} else if (cfg.TRUSTED_TYPES_POLICY === null) {
			trustedTypesPolicy = void 0;
			emptyHTML = "";
		} else {
			if (trustedTypesPolicy === void 0) trustedTypesPolicy = _getDefaultTrustedTypesPolicy();
			if (trustedTypesPolicy && typeof emptyHTML === "string") emptyHTML = _createTrustedHTML("");
		}
		CONFIG = freeze(cfg);
	};
	const ALL_SVG_TAGS = addToSet({}, [
		...svg$1,
		...svgFilters,
		...svgDisallowed
	]);
	const ALL_MATHML_TAGS = addToSet({}, [...mathMl$1, ...mathMlDisallowed]);
	const _checkSvgNamespace = function _checkSvgNamespace(tagName, parentNamespace, parentTagName) {
		if (parentNamespace === HTML_NAMESPACE) return tagName === "svg";
		if (parentNamespace === MATHML_NAMESPACE) return tagName === "svg" && (parentTagName === "annotation-xml" || MATHML_TEXT_INTEGRATION_POINTS[parentTagName]);
		return Boolean(ALL_SVG_TAGS[tagName]);
	};
	const _checkMathMlNamespace = function _checkMathMlNamespace(tagName, parentNamespace, parentTagName) {
		if (parentNamespace === HTML_NAMESPACE) return tagName === "math";
		if (parentNamespace === SVG_NAMESPACE) return tagName === "math" && HTML_INTEGRATION_POINTS[parentTagName];
		return Boolean(ALL_MATHML_TAGS[tagName]);
	};
	const _checkHtmlNamespace = function _checkHtmlNamespace(tagName, parentNamespace, parentTagName) {
		if (parentNamespace === SVG_NAMESPACE && !HTML_INTEGRATION_POINTS[parentTagName]) return false;
		if (parentNamespace === MATHML_NAMESPACE && !MATHML_TEXT_INTEGRATION_POINTS[parentTagName]) return false;
		return !ALL_MATHML_TAGS[tagName] && (COMMON_SVG_AND_HTML_ELEMENTS[tagName] || !ALL_SVG_TAGS[tagName]);
	};
	const _checkValidNamespace = function _checkValidNamespace(element) {
		const elementNamespace = _readNamespaceURI(element);
		const tagName = stringToLowerCase(_readNodeName(element));
		const parentNode = getParentNode(element);
		let parentNamespace = NAMESPACE;
		let parentTagName = "template";
		if (parentNode && _readNodeType(parentNode) === NODE_TYPE.element) {
			parentNamespace = _readNamespaceURI(parentNode);
			parentTagName = stringToLowerCase(_readNodeName(parentNode));
		}
		if (!ALLOWED_NAMESPACES[elementNamespace]) return false;
		if (elementNamespace === SVG_NAMESPACE) return _checkSvgNamespace(tagName, parentNamespace, parentTagName);
		if (elementNamespace === MATHML_NAMESPACE) return _checkMathMlNamespace(tagName, parentNamespace, parentTagName);
		if (elementNamespace === HTML_NAMESPACE) return _checkHtmlNamespace(tagName, parentNamespace, parentTagName);
		return PARSER_MEDIA_TYPE === "application/xhtml+xml";
	};
	const _forceRemove = function _forceRemove(node) {
		arrayPush(DOMPurify.removed, { element: node });
		try {
			getParentNode(node).removeChild(node);
		} catch (_) {
			remove(node);
			if (!getParentNode(node)) throw typeErrorCreate("a node selected for removal could not be detached from its tree and cannot be safely returned; refusing to sanitize in place");
		}
	};
	const _stripAttributeNode = function _stripAttributeNode(element, attribute, name) {
		try {
			removeAttributeNode(element, attribute);
		} catch (_) {
			try {
				element.removeAttribute(name);
			} catch (_) {}
		}
	};
	const _neutralizeRoot = function _neutralizeRoot(root) {
		_neutralizeSubtree(root);
		const childNodes = getChildNodes(root);
		if (childNodes) arrayForEach(arraySlice(childNodes), (child) => {
			try {
				remove(child);
			} catch (_) {}
		});
		if (_readNodeType(root) === NODE_TYPE.element) _stripAttributes(root, false);
	};
	const _removeAttribute = function _removeAttribute(name, element, attr) {
		if (!attr) try {
			attr = element.getAttributeNode(name);
		} catch (_) {
			attr = null;
		}
		arrayPush(DOMPurify.removed, {
			attribute: attr || null,
			from: element
		});
		if (attr) _stripAttributeNode(element, attr, name);
		else try {
			element.removeAttribute(name);
		} catch (_) {}
		if (name === "is") {
			if (RETURN_DOM || RETURN_DOM_FRAGMENT) try {
				_forceRemove(element);
			} catch (_) {}
			else try {
				element.setAttribute(name, "");
			} catch (_) {}
		}
	};
	const _stripAttributes = function _stripAttributes(element, keepAllowed) {
		const attributes = getAttributes(element);
		if (!attributes) return;
		for (let i = attributes.length - 1; i >= 0; --i) {
			const attribute = attributes[i];
			const name = attribute && attribute.name;
			if (typeof name === "string" && !(keepAllowed && ALLOWED_ATTR[transformCaseFunc(name)])) _stripAttributeNode(element, attribute, name);
		}
	};
	const _walkTree = function _walkTree(root, visit) {
		let intoShadow = arguments.length > 2 && arguments[2] !== void 0 ? arguments[2] : false;
		const stack = [root];
		while (stack.length > 0) {
			const node = stack.pop();
			if (visit(node) === false) continue;
			if (intoShadow && _readNodeType(node) === NODE_TYPE.element) {
				const shadowRoot = getShadowRoot(node);
				if (_isDocumentFragment(shadowRoot)) stack.push(shadowRoot);
			}
			const childNodes = getChildNodes(node);
			if (childNodes) for (let i = childNodes.length - 1; i >= 0; --i) stack.push(childNodes[i]);
		}
	};
	const _neutralizeSubtree = function _neutralizeSubtree(root) {
		_walkTree(root, (node) => {
			if (_readNodeType(node) === NODE_TYPE.element) _stripAttributes(node, true);
		});
	};
	const _collectLiveNodes = function _collectLiveNodes(root) {
		const nodes = [];
		_walkTree(root, (node) => {
			nodes.push(node);
		}, true);
		return nodes;
	};
	const _neutralizeEscapedElements = function _neutralizeEscapedElements(root, before) {
		const reachable = setCreate();
		arrayForEach(_collectLiveNodes(root), (node) => {
			if (_readNodeType(node) === NODE_TYPE.element) setAdd(reachable, node);
		});
		arrayForEach(before, (node) => {
			if (_readNodeType(node) === NODE_TYPE.element && !setHas(reachable, node)) _stripAttributes(node, true);
		});
	};
	const _neutralizeDiscarded = function _neutralizeDiscarded(root, before) {
		let rootRemoved = false;
		arrayForEach(DOMPurify.removed, (entry) => {
			if (entry.element) {
				rootRemoved = rootRemoved || entry.element === root;
				_neutralizeSubtree(entry.element);
			}
		});
		_neutralizeEscapedElements(root, before);
		return rootRemoved;
	};
	const MAX_UNVISITED_ROUNDS = 8;
	const _sanitizeUnvisitedNodes = function _sanitizeUnvisitedNodes(root, before) {
		const visited = IN_PLACE_VISITED;
		let original = null;
		const getOriginal = () => {
			if (!original) {
				original = setCreate();
				arrayForEach(before, (beforeNode) => {
					setAdd(original, beforeNode);
				});
			}
			return original;
		};
		for (let round = 0;; round++) {
			const live = _collectLiveNodes(root);
			const containers = [root];
			let pending = false;
			arrayForEach(live, (node) => {
				if (_readNodeType(node) === NODE_TYPE.documentFragment) arrayPush(containers, node);
				else if (!pending && !setHas(visited, node)) pending = setHas(getOriginal(), node);
			});
			if (!pending) return;
			if (round >= MAX_UNVISITED_ROUNDS) throw typeErrorCreate("the tree kept changing during in-place sanitization; refusing to return it");
			arrayForEach(containers, (container, index) => {
				_sanitizeUnvisitedIn(container, index > 0, root, getOriginal());
			});
		}
	};
	const _sanitizeUnvisitedIn = function _sanitizeUnvisitedIn(container, inShadow, root, original) {
		const iterator = _createNodeIterator(container);
		let node;
		while (node = iterator.nextNode()) {
			if (!setHas(original, node) || setHas(IN_PLACE_VISITED, node)) continue;
			if (inShadow) _executeHooks(hooks.uponSanitizeShadowNode, node, null);
			_sanitizeNode(node, root);
		}
	};
	const _markVisited = function _markVisited(node) {
		if (IN_PLACE_VISITED) setAdd(IN_PLACE_VISITED, node);
	};
	const _isPatchLinkageAttribute = function _isPatchLinkageAttribute(lcName, lcTag) {
		if (!SAFE_FOR_XML) return false;
		if (lcName === "patchsrc") return true;
		return lcName === "for" && lcTag !== "label" && lcTag !== "output";
	};
	const _neutralizePatchLinkage = function _neutralizePatchLinkage(root) {
		if (!SAFE_FOR_XML) return;
		_walkTree(root, (node) => {
			const nodeType = _readNodeType(node);
			if (nodeType === NODE_TYPE.processingInstruction || nodeType === NODE_TYPE.comment && regExpTest(COMMENT_MARKUP_PROBE, node.data)) {
				try {
					remove(node);
				} catch (_) {}
				return false;
			}
			if (nodeType === NODE_TYPE.element) {
				const element = node;
				const lcTag = transformCaseFunc(_readNodeName(node));
				try {
					if (element.hasAttribute && element.hasAttribute("patchsrc")) element.removeAttribute("patchsrc");
					if (element.hasAttribute && element.hasAttribute("for") && _isPatchLinkageAttribute("for", lcTag)) element.removeAttribute("for");
				} catch (_) {}
			}
			return true;
		});
	};
	const _initDocument = function _initDocument(dirty) {
		let doc = null;
		let leadingWhitespace = null;
		if (FORCE_BODY) dirty = "<remove></remove>" + dirty;
		else {
			const matches = stringMatch(dirty, LEADING_WHITESPACE);
			leadingWhitespace = matches && matches[0];
		}
		if (PARSER_MEDIA_TYPE === "application/xhtml+xml" && NAMESPACE === HTML_NAMESPACE) dirty = "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head></head><body>" + dirty + "</body></html>";
		const dirtyPayload = trustedTypesPolicy ? _createTrustedHTML(dirty) : dirty;
		if (NAMESPACE === HTML_NAMESPACE) try {
			doc = new DOMParser().parseFromString(dirtyPayload, PARSER_MEDIA_TYPE);
		} catch (_) {}
		if (!doc || !doc.documentElement) {
			doc = implementation.createDocument(NAMESPACE, "template", null);
			try {
				doc.documentElement.innerHTML = IS_EMPTY_INPUT ? emptyHTML : dirtyPayload;
			} catch (_) {}
		}
		const body = doc.body || doc.documentElement;
		if (dirty && leadingWhitespace) body.insertBefore(document.createTextNode(leadingWhitespace), body.childNodes[0] || null);
		if (NAMESPACE === HTML_NAMESPACE) return getElementsByTagName.call(doc, WHOLE_DOCUMENT ? "html" : "body")[0];
		return WHOLE_DOCUMENT ? doc.documentElement : body;
	};
	const _createNodeIterator = function _createNodeIterator(root) {
		let characterDataOnly = arguments.length > 1 && arguments[1] !== void 0 ? arguments[1] : false;
		const doc = getOwnerDocument ? getOwnerDocument(root) : root.ownerDocument;
		return createNodeIterator.call(doc || root, root, (characterDataOnly ? 0 : NodeFilter.SHOW_ELEMENT) | NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT | NodeFilter.SHOW_PROCESSING_INSTRUCTION | NodeFilter.SHOW_CDATA_SECTION, null);
	};
	const _stripTemplateExpressions = function _stripTemplateExpressions(value) {
		value = stringReplace(value, MUSTACHE_EXPR$1, " ");
		value = stringReplace(value, ERB_EXPR$1, " ");
		value = stringReplace(value, TMPLIT_EXPR$1, " ");
		return value;
	};
	const _scrubTemplateExpressions2 = function _scrubTemplateExpressions(node) {
		var _node$querySelectorAl;
		_scrubOwnCharacterData(node);
		const templates = (_node$querySelectorAl = node.querySelectorAll) === null || _node$querySelectorAl === void 0 ? void 0 : _node$querySelectorAl.call(node, "template");
		if (templates) arrayForEach(templates, (tmpl) => {
			if (_isDocumentFragment(tmpl.content)) _scrubTemplateExpressions2(tmpl.content);
		});
	};
	const _scrubOwnCharacterData = function _scrubOwnCharacterData(node) {
		node.normalize();
		const walker = _createNodeIterator(node, true);
		let currentNode = walker.nextNode();
		while (currentNode) {
			currentNode.data = _stripTemplateExpressions(currentNode.data);
			currentNode = walker.nextNode();
		}
	};
	const _isClobbered = function _isClobbered(element) {
		const realTagName = getNodeName ? getNodeName(element) : null;
		if (typeof realTagName !== "string") return false;
		if (transformCaseFunc(realTagName) !== "form") return false;
		return typeof element.nodeName !== "string" || typeof element.textContent !== "string" || typeof element.removeChild !== "function" || element.attributes !== getAttributes(element) || typeof element.removeAttribute !== "function" || typeof element.removeAttributeNode !== "function" || typeof element.getAttributeNode !== "function" || typeof element.setAttribute !== "function" || typeof element.namespaceURI !== "string" || typeof element.insertBefore !== "function" || typeof element.hasChildNodes !== "function" || element.nodeType !== getNodeType(element) || element.childNodes !== getChildNodes(element);
	};
	const _nodeTypeOf = function _nodeTypeOf(value) {
		if (!getNodeType || typeof value !== "object" || value === null) return null;
		try {
			const nodeType = getNodeType(value);
			return typeof nodeType === "number" ? nodeType : null;
		} catch (_) {
			return null;
		}
	};
	const _isDocumentFragment = function _isDocumentFragment(value) {
		return _nodeTypeOf(value) === NODE_TYPE.documentFragment;
	};
	const _isNode = function _isNode(value) {
		return _nodeTypeOf(value) !== null;
	};
	function _executeHooks(hooks, currentNode, data) {
		if (hooks.length === 0) return;
		arrayForEach(hooks, (hook) => {
			hook.call(DOMPurify, currentNode, data, CONFIG);
		});
	}
	const _isUnsafeNode = function _isUnsafeNode(currentNode, tagName, nodeType) {
		if (SAFE_FOR_XML && nodeType === NODE_TYPE.element && currentNode.hasChildNodes() && !_isNode(currentNode.firstElementChild) && regExpTest(ELEMENT_MARKUP_PROBE, currentNode.textContent) && regExpTest(ELEMENT_MARKUP_PROBE, currentNode.innerHTML)) return true;
		if (SAFE_FOR_XML && LITERAL_TEXT_ELEMENTS[tagName] && nodeType === NODE_TYPE.element && _readNamespaceURI(currentNode) === HTML_NAMESPACE && (_isNode(currentNode.firstElementChild) || typeof currentNode.textContent === "string" && regExpTest(ELEMENT_MARKUP_PROBE, currentNode.textContent))) return true;
		if (nodeType === NODE_TYPE.processingInstruction) return true;
		if (SAFE_FOR_XML && nodeType === NODE_TYPE.comment && regExpTest(COMMENT_MARKUP_PROBE, currentNode.data)) return true;
		return false;
	};
	const _matchesNameCheck = function _matchesNameCheck(check, name) {
		if (check instanceof RegExp) return regExpTest(check, name);
		if (check instanceof Function) {
			for (var _len = arguments.length, args = new Array(_len > 2 ? _len - 2 : 0), _key = 2; _key < _len; _key++) args[_key - 2] = arguments[_key];
			return Boolean(check(name, ...args));
		}
		return false;
	};
	const _sanitizeDisallowedNode = function _sanitizeDisallowedNode(currentNode, tagName, root) {
		if (!FORBID_TAGS[tagName] && _isBasicCustomElement(tagName) && _matchesNameCheck(CUSTOM_ELEMENT_HANDLING.tagNameCheck, tagName)) return false;
		if (KEEP_CONTENT && !FORBID_CONTENTS[tagName] && !FORBID_CONTENTS[stringToLowerCase(tagName)]) {
			const parentNode = getParentNode(currentNode);
			const childNodes = getChildNodes(currentNode);
			if (childNodes && parentNode) {
				const childCount = childNodes.length;
				for (let i = childCount - 1; i >= 0; --i) {
					const hoisted = currentNode === root ? cloneNode(childNodes[i], true) : childNodes[i];
					parentNode.insertBefore(hoisted, getNextSibling(currentNode));
				}
			}
		}
		_forceRemove(currentNode);
		return true;
	};
	const _forkSharedAllowlist = function _forkSharedAllowlist(hookList, set, defaultSet, setConfigSet) {
		if (hookList.length === 0) return set;
		return set === defaultSet || set === setConfigSet ? cloneSet(set) : set;
	};
	const _handleHookDetachedNode = function _handleHookDetachedNode(currentNode, root) {
		if (currentNode === root || getParentNode(currentNode) !== null) return false;
		if (IN_PLACE) _neutralizeSubtree(currentNode);
		return true;
	};
	const _sanitizeElements = function _sanitizeElements(currentNode, root) {
		_markVisited(currentNode);
		_executeHooks(hooks.beforeSanitizeElements, currentNode, null);
		if (_handleHookDetachedNode(currentNode, root)) return true;
		if (_isClobbered(currentNode)) {
			_forceRemove(currentNode);
			return true;
		}
		const tagName = transformCaseFunc(_readNodeName(currentNode));
		const nodeType = _readNodeType(currentNode);
		ALLOWED_TAGS = _forkSharedAllowlist(hooks.uponSanitizeElement, ALLOWED_TAGS, DEFAULT_ALLOWED_TAGS, SET_CONFIG_ALLOWED_TAGS);
		_executeHooks(hooks.uponSanitizeElement, currentNode, {
			tagName,
			allowedTags: ALLOWED_TAGS
		});
		if (_handleHookDetachedNode(currentNode, root)) return true;
		if (_isUnsafeNode(currentNode, tagName, nodeType)) {
			_forceRemove(currentNode);
			return true;
		}
		if (FORBID_TAGS[tagName] || !(EXTRA_ELEMENT_HANDLING.tagCheck instanceof Function && EXTRA_ELEMENT_HANDLING.tagCheck(tagName)) && !ALLOWED_TAGS[tagName]) {
			const removed = _sanitizeDisallowedNode(currentNode, tagName, root);
			if (removed === false) {
				_executeHooks(hooks.afterSanitizeElements, currentNode, null);
				if (_handleHookDetachedNode(currentNode, root)) return true;
			}
			return removed;
		}
		if (nodeType === NODE_TYPE.element && !_checkValidNamespace(currentNode)) {
			_forceRemove(currentNode);
			return true;
		}
		if ((tagName === "noscript" || tagName === "noembed" || tagName === "noframes") && regExpTest(FALLBACK_TAG_CLOSE, currentNode.innerHTML)) {
			_forceRemove(currentNode);
			return true;
		}
		if (SAFE_FOR_TEMPLATES && nodeType === NODE_TYPE.text) {
			const text = currentNode.textContent;
			const content = _stripTemplateExpressions(text);
			if (text !== content) {
				arrayPush(DOMPurify.removed, { element: currentNode.cloneNode() });
				currentNode.textContent = content;
			}
		}
		_executeHooks(hooks.afterSanitizeElements, currentNode, null);
		return _handleHookDetachedNode(currentNode, root);
	};
	const _isValidAttribute = function _isValidAttribute(lcTag, lcName, value) {
		if (FORBID_ATTR[lcName]) return false;
		if (_isPatchLinkageAttribute(lcName, lcTag)) return false;
		if (SANITIZE_DOM && (lcName === "id" || lcName === "name") && (value in document || value in formElement)) return false;
		const nameIsPermitted = ALLOWED_ATTR[lcName] || EXTRA_ELEMENT_HANDLING.attributeCheck instanceof Function && EXTRA_ELEMENT_HANDLING.attributeCheck(lcName, lcTag);
		if (ALLOW_DATA_ATTR && regExpTest(DATA_ATTR$1, lcName)) return true;
		if (ALLOW_ARIA_ATTR && regExpTest(ARIA_ATTR$1, lcName)) return true;
		if (!nameIsPermitted) return _isBasicCustomElement(lcTag) && _matchesNameCheck(CUSTOM_ELEMENT_HANDLING.tagNameCheck, lcTag) && _matchesNameCheck(CUSTOM_ELEMENT_HANDLING.attributeNameCheck, lcName, lcTag) || lcName === "is" && CUSTOM_ELEMENT_HANDLING.allowCustomizedBuiltInElements && _matchesNameCheck(CUSTOM_ELEMENT_HANDLING.tagNameCheck, value);
		if (URI_SAFE_ATTRIBUTES[lcName]) return true;
		const compactValue = stringReplace(value, ATTR_WHITESPACE$1, "");
		if (regExpTest(IS_ALLOWED_URI$1, compactValue)) return true;
		if ((lcName === "src" || lcName === "xlink:href" || lcName === "href") && lcTag !== "script" && stringIndexOf(value, "data:") === 0 && DATA_URI_TAGS[lcTag]) return true;
		if (ALLOW_UNKNOWN_PROTOCOLS && !regExpTest(IS_SCRIPT_OR_DATA$1, compactValue)) return true;
		return !value;
	};
	const RESERVED_CUSTOM_ELEMENT_NAMES = addToSet({}, [
		"annotation-xml",
		"color-profile",
		"font-face",
		"font-face-format",
		"font-face-name",
		"font-face-src",
		"font-face-uri",
		"missing-glyph"
	]);
	const _isBasicCustomElement = function _isBasicCustomElement(tagName) {
		return !RESERVED_CUSTOM_ELEMENT_NAMES[stringToLowerCase(tagName)] && regExpTest(CUSTOM_ELEMENT$1, tagName);
	};
	const _applyTrustedTypesToAttribute = function _applyTrustedTypesToAttribute(lcTag, lcName, namespaceURI, value) {
		if (trustedTypesPolicy && typeof trustedTypes === "object" && typeof trustedTypes.getAttributeType === "function" && !namespaceURI) switch (trustedTypes.getAttributeType(lcTag, lcName)) {
			case "TrustedHTML": return _createTrustedHTML(value);
			case "TrustedScriptURL": return _createTrustedScriptURL(value);
		}
		return value;
	};
	const _setAttributeValue = function _setAttributeValue(currentNode, name, namespaceURI, value) {
		try {
			if (namespaceURI) currentNode.setAttributeNS(namespaceURI, name, value);
			else currentNode.setAttribute(name, value);
			if (_isClobbered(currentNode)) {
				_forceRemove(currentNode);
				return false;
			}
			return true;
		} catch (_) {
			_removeAttribute(name, currentNode);
			return false;
		}
	};
	const _isUnsafeAttributeValue = function _isUnsafeAttributeValue(name, value) {
		if (SAFE_FOR_XML && regExpTest(ATTR_VALUE_BREAKOUT, value)) return true;
		return stringToLowerCase(name) === "attributename" && stringIndexOf(value, "href") !== -1;
	};
	const _sanitizeAttributes = function _sanitizeAttributes(currentNode, root) {
		_executeHooks(hooks.beforeSanitizeAttributes, currentNode, null);
		if (_handleHookDetachedNode(currentNode, root)) return;
		const attributes = currentNode.attributes;
		if (!attributes || _isClobbered(currentNode)) return;
		ALLOWED_ATTR = _forkSharedAllowlist(hooks.uponSanitizeAttribute, ALLOWED_ATTR, DEFAULT_ALLOWED_ATTR, SET_CONFIG_ALLOWED_ATTR);
		const hookEvent = {
			attrName: "",
			attrValue: "",
			keepAttr: true,
			allowedAttributes: ALLOWED_ATTR,
			forceKeepAttr: void 0
		};
		let l = attributes.length;
		const lcTag = transformCaseFunc(_readNodeName(currentNode));
		while (l--) {
			const attr = attributes[l];
			const name = attr.name, namespaceURI = attr.namespaceURI, attrValue = attr.value;
			const lcName = transformCaseFunc(name);
			const initValue = attrValue;
			let value = name === "value" ? initValue : stringTrim(initValue);
			let recreatedNamedProp = false;
			hookEvent.attrName = lcName;
			hookEvent.attrValue = value;
			hookEvent.keepAttr = true;
			hookEvent.forceKeepAttr = void 0;
			_executeHooks(hooks.uponSanitizeAttribute, currentNode, hookEvent);
			value = hookEvent.attrValue;
			if (SANITIZE_NAMED_PROPS && (lcName === "id" || lcName === "name") && stringIndexOf(value, SANITIZE_NAMED_PROPS_PREFIX) !== 0) {
				_removeAttribute(name, currentNode, attr);
				value = SANITIZE_NAMED_PROPS_PREFIX + value;
				recreatedNamedProp = true;
			}
			if (_isUnsafeAttributeValue(name, value)) {
				_removeAttribute(name, currentNode, attr);
				continue;
			}
			if (hookEvent.forceKeepAttr) continue;
			if (!hookEvent.keepAttr) {
				_removeAttribute(name, currentNode, attr);
				continue;
			}
			if (!ALLOW_SELF_CLOSE_IN_ATTR && regExpTest(SELF_CLOSING_TAG, value)) {
				_removeAttribute(name, currentNode, attr);
				continue;
			}
			if (SAFE_FOR_TEMPLATES) value = _stripTemplateExpressions(value);
			if (!_isValidAttribute(lcTag, lcName, value)) {
				_removeAttribute(name, currentNode, attr);
				continue;
			}
			value = _applyTrustedTypesToAttribute(lcTag, lcName, namespaceURI, value);
			if (value !== initValue) {
				if (_setAttributeValue(currentNode, name, namespaceURI, value) && recreatedNamedProp) arrayPop(DOMPurify.removed);
			}
		}
		_executeHooks(hooks.afterSanitizeAttributes, currentNode, null);
		_handleHookDetachedNode(currentNode, root);
	};
	const _sanitizeNode = function _sanitizeNode(node, root) {
		_sanitizeElements(node, root);
		_sanitizeAttributes(node, root);
		if (_isDocumentFragment(node.content)) _sanitizeShadowDOM2(node.content);
	};
	const _sanitizeShadowDOM2 = function _sanitizeShadowDOM(fragment) {
		let shadowNode = null;
		const shadowIterator = _createNodeIterator(fragment);
		_executeHooks(hooks.beforeSanitizeShadowDOM, fragment, null);
		while (shadowNode = shadowIterator.nextNode()) {
			_executeHooks(hooks.uponSanitizeShadowNode, shadowNode, null);
			_sanitizeNode(shadowNode, fragment);
			if (_readNodeType(shadowNode) === NODE_TYPE.element) {
				const innerSr = getShadowRoot(shadowNode);
				if (_isDocumentFragment(innerSr)) {
					_sanitizeAttachedShadowRoots(innerSr);
					_sanitizeShadowDOM2(innerSr);
				}
			}
		}
		if (SAFE_FOR_TEMPLATES) _scrubOwnCharacterData(fragment);
		_executeHooks(hooks.afterSanitizeShadowDOM, fragment, null);
	};
	const _sanitizeAttachedShadowRoots = function _sanitizeAttachedShadowRoots(root) {
		const stack = [{
			node: root,
			shadow: null
		}];
		while (stack.length > 0) {
			const item = stack.pop();
			if (item.shadow) {
				_sanitizeShadowDOM2(item.shadow);
				continue;
			}
			const node = item.node;
			const isElement = _readNodeType(node) === NODE_TYPE.element;
			const childNodes = getChildNodes(node);
			if (childNodes) for (let i = childNodes.length - 1; i >= 0; --i) stack.push({
				node: childNodes[i],
				shadow: null
			});
			if (isElement) {
				const rootName = getNodeName ? getNodeName(node) : null;
				if (typeof rootName === "string" && transformCaseFunc(rootName) === "template") {
					const content = node.content;
					if (_isDocumentFragment(content)) stack.push({
						node: content,
						shadow: null
					});
				}
			}
			if (isElement) {
				const sr = getShadowRoot(node);
				if (_isDocumentFragment(sr)) stack.push({
					node: null,
					shadow: sr
				}, {
					node: sr,
					shadow: null
				});
			}
		}
	};
	DOMPurify.sanitize = function(dirty) {
		let cfg = arguments.length > 1 && arguments[1] !== void 0 ? arguments[1] : {};
		let body = null;
		let importedNode = null;
		let currentNode = null;
		let returnNode = null;
		IS_EMPTY_INPUT = !dirty;
		if (IS_EMPTY_INPUT) dirty = "<!-->";
		if (typeof dirty !== "string" && !_isNode(dirty)) {
			dirty = stringifyValue(dirty);
			if (typeof dirty !== "string") throw typeErrorCreate("dirty is not a string, aborting");
		}
		if (!DOMPurify.isSupported) return dirty;
		if (SET_CONFIG) {
			ALLOWED_TAGS = SET_CONFIG_ALLOWED_TAGS;
			ALLOWED_ATTR = SET_CONFIG_ALLOWED_ATTR;
		} else _parseConfig(cfg);
		DOMPurify.removed = [];
		const inPlace = IN_PLACE && typeof dirty !== "string" && _isNode(dirty);
		let inPlaceNodes = [];
		const outerVisited = IN_PLACE_VISITED;
		if (inPlace) {
			_neutralizePatchLinkage(dirty);
			const nn = _readNodeName(dirty);
			if (typeof nn === "string") {
				const tagName = transformCaseFunc(nn);
				if (!ALLOWED_TAGS[tagName] || FORBID_TAGS[tagName]) {
					_neutralizeRoot(dirty);
					throw typeErrorCreate("root node is forbidden and cannot be sanitized in-place");
				}
			}
			if (_isClobbered(dirty)) {
				_neutralizeRoot(dirty);
				throw typeErrorCreate("root node is clobbered and cannot be sanitized in-place");
			}
			inPlaceNodes = _collectLiveNodes(dirty);
			IN_PLACE_VISITED = setCreate();
		} else if (_isNode(dirty)) {
			body = _initDocument("<!---->");
			importedNode = body.ownerDocument.importNode(dirty, true);
			if (importedNode.nodeType === NODE_TYPE.element && importedNode.nodeName === "BODY") body = importedNode;
			else if (importedNode.nodeName === "HTML") body = importedNode;
			else body.appendChild(importedNode);
			_sanitizeAttachedShadowRoots(body);
		} else {
			if (!RETURN_DOM && !SAFE_FOR_TEMPLATES && !WHOLE_DOCUMENT && dirty.indexOf("<") === -1) return _signOutput(dirty);
			body = _initDocument(dirty);
			if (!body) return RETURN_DOM ? null : RETURN_TRUSTED_TYPE ? emptyHTML : "";
		}
		if (body && FORCE_BODY) _forceRemove(body.firstChild);
		const walkRoot = inPlace ? dirty : body;
		try {
			if (inPlace) _sanitizeAttachedShadowRoots(dirty);
			const nodeIterator = _createNodeIterator(walkRoot);
			while (currentNode = nodeIterator.nextNode()) _sanitizeNode(currentNode, walkRoot);
			if (inPlace) _sanitizeUnvisitedNodes(dirty, inPlaceNodes);
		} catch (error) {
			if (inPlace) {
				_neutralizeRoot(dirty);
				_neutralizeDiscarded(dirty, inPlaceNodes);
			}
			throw error;
		} finally {
			IN_PLACE_VISITED = outerVisited;
		}
		if (inPlace) {
			if (_neutralizeDiscarded(dirty, inPlaceNodes)) throw typeErrorCreate("a node selected for removal could not be safely returned; refusing to sanitize in place");
			if (SAFE_FOR_TEMPLATES) _scrubTemplateExpressions2(dirty);
			return dirty;
		}
		if (RETURN_DOM) {
			if (SAFE_FOR_TEMPLATES) _scrubTemplateExpressions2(body);
			if (RETURN_DOM_FRAGMENT) {
				returnNode = createDocumentFragment.call(body.ownerDocument);
				while (body.firstChild) returnNode.appendChild(body.firstChild);
			} else returnNode = body;
			if (ALLOWED_ATTR.shadowroot || ALLOWED_ATTR.shadowrootmode) returnNode = importNode.call(originalDocument, returnNode, true);
			return returnNode;
		}
		const serialize = () => WHOLE_DOCUMENT ? body.outerHTML : body.innerHTML;
		let serializedHTML = serialize();
		if (SAFE_FOR_TEMPLATES && regExpTest(TMPL_MARKER_SERIALIZED, serializedHTML)) {
			_scrubOwnCharacterData(body);
			serializedHTML = serialize();
		}
		if (WHOLE_DOCUMENT && ALLOWED_TAGS["!doctype"] && body.ownerDocument && body.ownerDocument.doctype && body.ownerDocument.doctype.name && regExpTest(DOCTYPE_NAME, body.ownerDocument.doctype.name)) serializedHTML = "<!DOCTYPE " + body.ownerDocument.doctype.name + ">\n" + serializedHTML;
		return _signOutput(serializedHTML);
	};
	DOMPurify.setConfig = function() {
		let cfg = arguments.length > 0 && arguments[0] !== void 0 ? arguments[0] : {};
		_parseConfig(cfg);
		SET_CONFIG = true;
		SET_CONFIG_ALLOWED_TAGS = ALLOWED_TAGS;
		SET_CONFIG_ALLOWED_ATTR = ALLOWED_ATTR;
	};
	DOMPurify.clearConfig = function() {
		CONFIG = null;
		SET_CONFIG = false;
		SET_CONFIG_ALLOWED_TAGS = null;
		SET_CONFIG_ALLOWED_ATTR = null;
		trustedTypesPolicy = defaultTrustedTypesPolicy;
		emptyHTML = "";
	};
	DOMPurify.isValidAttribute = function(tag, attr, value) {
		if (!CONFIG) _parseConfig({});
		const lcTag = transformCaseFunc(tag);
		const lcName = transformCaseFunc(attr);
		if (typeof value === "string" && (_isUnsafeAttributeValue(attr, value) || !ALLOW_SELF_CLOSE_IN_ATTR && regExpTest(SELF_CLOSING_TAG, value))) return false;
		return _isValidAttribute(lcTag, lcName, value);
	};
	DOMPurify.addHook = function(entryPoint, hookFunction) {
		if (typeof hookFunction !== "function") return;
		if (!objectHasOwnProperty(hooks, entryPoint)) return;
		arrayPush(hooks[entryPoint], hookFunction);
	};
	DOMPurify.removeHook = function(entryPoint, hookFunction) {
		if (!objectHasOwnProperty(hooks, entryPoint)) return;
		if (hookFunction !== void 0) {
			const index = arrayLastIndexOf(hooks[entryPoint], hookFunction);
			return index === -1 ? void 0 : arraySplice(hooks[entryPoint], index, 1)[0];
		}
		return arrayPop(hooks[entryPoint]);
	};
	DOMPurify.removeHooks = function(entryPoint) {
		if (!objectHasOwnProperty(hooks, entryPoint)) return;
		hooks[entryPoint] = [];
	};
	DOMPurify.removeAllHooks = function() {
		hooks = _createHooksMap();
	};
	return DOMPurify;
}
var purify_default = createDOMPurify();
// node_modules/marked/lib/marked.esm.js
function G() {
	return {
		async: !1,
		breaks: !1,
		extensions: null,
		gfm: !0,
		hooks: null,
		pedantic: !1,
		renderer: null,
		silent: !1,
		tokenizer: null,
		walkTokens: null
	};
}
var S = G();
function ue$1(l) {
	S = l;
}
var q$1 = { exec: () => null };
function D$1(l) {
	let e = [];
	return (t) => {
		let n = Math.max(0, Math.min(3, t - 1)), r = e[n];
		return r || (r = l(n), e[n] = r), r;
	};
}
function g$1(l, e = "") {
	let t = typeof l == "string" ? l : l.source, n = {
		replace: (r, s) => {
			let o = typeof s == "string" ? s : s.source;
			return o = o.replace(O$1.caret, "$1"), t = t.replace(r, o), n;
		},
		getRegex: () => new RegExp(t, e)
	};
	return n;
}
var _e$1 = ((l = "") => {
	try {
		return !!new RegExp("(?<=1)(?<!1)" + l);
	} catch {
		return !1;
	}
})();
var O$1 = {
	codeRemoveIndent: /^(?: {0,3}\t| {1,4})/gm,
	listInterruptsParagraph: /^ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/,
	outputLinkReplace: /\\([\[\]])/g,
	indentCodeCompensation: /^(\s+)(?:```)/,
	beginningSpace: /^\s+/,
	endingHash: /#$/,
	startingSpaceChar: /^ /,
	endingSpaceChar: / $/,
	endingSpaceTabChar: /[ \t]$/,
	nonSpaceChar: /[^ ]/,
	newLineCharGlobal: /\n/g,
	tabCharGlobal: /\t/g,
	leadingSpaceTab: /^[ \t]+/,
	multipleSpaceGlobal: /\s+/g,
	blankLine: /^[ \t]*$/,
	doubleBlankLine: /\n[ \t]*\n[ \t]*$/,
	blockquoteStart: /^ {0,3}>/,
	blockquoteSetextReplace: /\n {0,3}((?:=+|-+)[ \t]*)(?=\n|$)/g,
	blockquoteSetextReplace2: /^ {0,3}>[ \t]?/gm,
	blockquoteMarkerWhitespace: /^( {0,3}>)(\t[ \t]*)/gm,
	nestedBlockMarker: /^ {0,3}(?:(?:[*+-]|\d{1,9}[.)])(?: |$)|> ?)/,
	listReplaceNesting: /^ {1,4}(?=( {4})*[^ ])/g,
	listIsTask: /^\[[ xX]\][ \t]+\S/,
	listReplaceTask: /^\[[ xX]\][ \t]+/,
	listTaskCheckbox: /\[[ xX]\]/,
	anyLine: /\n.*\n/,
	hrefBrackets: /^<(.*)>$/,
	tableDelimiter: /[:|]/,
	tableAlignChars: /^\||\| *$/g,
	tableRowBlankLine: /\n[ \t]*$/,
	tableAlignRight: /^ *-+: *$/,
	tableAlignCenter: /^ *:-+: *$/,
	tableAlignLeft: /^ *:-+ *$/,
	startATag: /^<a /i,
	endATag: /^<\/a>/i,
	startPreScriptTag: /^<(pre|code|kbd|script)(\s|>)/i,
	endPreScriptTag: /^<\/(pre|code|kbd|script)(\s|>)/i,
	startAngleBracket: /^</,
	endAngleBracket: />$/,
	pedanticHrefTitle: /^([^'"]*[^\s])\s+(['"])(.*)\2/,
	unicodeAlphaNumeric: /[\p{L}\p{N}]/u,
	numericCharacterReference: /&#(?:(\d{1,7})|[Xx]([A-Fa-f0-9]{1,6}));/,
	numericCharacterReferenceOrAmpersand: /&#(?:(\d{1,7})|[Xx]([A-Fa-f0-9]{1,6}));|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/g,
	escapeTest: /[&<>"']/,
	escapeReplace: /[&<>"']/g,
	escapeTestNoEncode: /[<>"']|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/,
	escapeReplaceNoEncode: /[<>"']|&(?!(#\d{1,7}|#[Xx][a-fA-F0-9]{1,6}|\w+);)/g,
	caret: /(^|[^\[])\^/g,
	percentDecode: /%25/g,
	findPipe: /\|/g,
	splitPipe: / \|/,
	slashPipe: /\\\|/g,
	carriageReturn: /\r\n|\r/g,
	spaceLine: /^ +$/gm,
	notSpaceStart: /^\S*/,
	endingNewline: /\n$/,
	listItemRegex: (l) => new RegExp(`^( {0,3}${l})((?:[	 ][^\\n]*)?(?:\\n|$))`),
	nextBulletRegex: D$1((l) => new RegExp(`^ {0,${l}}(?:[*+-]|\\d{1,9}[.)])((?:[ 	][^\\n]*)?(?:\\n|$))`)),
	hrRegex: D$1((l) => new RegExp(`^ {0,${l}}((?:-[ 	]*){3,}|(?:_[ 	]*){3,}|(?:\\*[ 	]*){3,})(?:\\n+|$)`)),
	fencesBeginRegex: D$1((l) => new RegExp(`^ {0,${l}}(?:\`\`\`|~~~)`)),
	headingBeginRegex: D$1((l) => new RegExp(`^ {0,${l}}#{1,6}(?:\\s|$)`)),
	pedanticHeadingBeginRegex: D$1((l) => new RegExp(`^ {0,${l}}#`)),
	htmlBeginRegex: D$1((l) => new RegExp(`^ {0,${l}}(?:</?(?:${he$1})(?:[ \\t]+|$|/?>)|<(?:(?:script|pre|style|textarea)(?:[\\s>]|$)|!--)|<\\?|<![A-Za-z]|<!\\[CDATA\\[)`, "i")),
	blockquoteBeginRegex: D$1((l) => new RegExp(`^ {0,${l}}>`)),
	nestedContainerMarkers: /^(?: {0,3}(?:(?:[*+-]|\d{1,9}[.)])[ \t]+|>[ \t]?))+/
};
var Ge = /^(?:[ \t]*(?:\n|$))+/;
var Ne$1 = /^((?: {4}| {0,3}\t)[^\n]+(?:\n(?:[ \t]*(?:\n|$))*)?)+/;
var Fe = /^ {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)(?:\n|$)(?:|([\s\S]*?)(?:\n|$))(?: {0,3}(?:(?=`)\1`*|(?=~)\1~*) *(?=\n|$)|$)/;
var V$1 = /^ {0,3}((?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/;
var Qe = /^ {0,3}(#{1,6})(?=\s|$)(.*)(?:\n+|$)/;
var ce$1 = / {0,3}(?:[*+-]|\d{1,9}[.)])/;
var he$1 = "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|meta|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";
var J$1 = g$1(" {0,3}(?:</?(?:tag)(?:[ \\t]+|\\n|/?>)|<(?:(?:script|pre|style|textarea)(?:[\\s>]|$)|!--)|<\\?|<![A-Za-z]|<!\\[CDATA\\[)").replace("tag", he$1).getRegex();
var $e$1 = /^(?!bull |blockCode|fences|blockquote|heading|html|table)((?:.|\n(?!\s*?\n|bull |fences|blockquote|heading|hr|html|table))+?)\n {0,3}(=+|-+)[ \t]*(?:\n+|$)/;
var Le$1 = g$1($e$1).replace(/bull/g, ce$1).replace(/blockCode/g, /(?: {4}| {0,3}\t)/).replace(/fences/g, / {0,3}(?:`{3,}|~{3,})/).replace(/blockquote/g, / {0,3}>/).replace(/heading/g, / {0,3}#{1,6}(?:\s|$)/).replace(/hr/g, / {0,3}(?:(?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/).replace(/\|table/g, "").replace(/html/g, J$1).getRegex();
var We = g$1($e$1).replace(/bull/g, ce$1).replace(/blockCode/g, /(?: {4}| {0,3}\t)/).replace(/fences/g, / {0,3}(?:`{3,}|~{3,})/).replace(/blockquote/g, / {0,3}>/).replace(/heading/g, / {0,3}#{1,6}(?:\s|$)/).replace(/hr/g, / {0,3}(?:(?:-[\t ]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})(?:\n+|$)/).replace(/table/g, / {0,3}\|?(?:[:\- ]*\|)+[\:\- ]*\n/).replace(/html/g, J$1).getRegex();
var de$1 = /^([^\n]+(?:\n(?!hr|heading|lheading|blockquote|fences|list|html|table|[ \t]+\n)[^\n]+)*)/;
var Ue = /^[^\n]+/;
var ge$1 = /(?!\s*\])(?:\\[\s\S]|[^\[\]\\\n]|\n(?![ \t]*\n))+/;
var Ke = g$1(/^ {0,3}\[(label)\]: *(?:\n[ \t]*)?([^<\s][^\s]*|<(?:\\.|[^\n<>\\])*>)(?:(?: +(?:\n[ \t]*)?| *\n[ \t]*)(title))? *(?:\n+|$)/).replace("label", ge$1).replace("title", /(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\\n]|\n(?!\n))*'|\((?:\\[\s\S]|[^()\\])*\))/).getRegex();
var Xe = g$1(/^(bull)([ \t][^\n]*?)?(?:\n|$)/).replace(/bull/g, ce$1).getRegex();
var ke$1 = /<!--(?:-?>|[\s\S]*?(?:-->|$))/;
var Ve = g$1("^ {0,3}(?:<(script|pre|style|textarea)[\\s>][\\s\\S]*?(?:</\\1>[^\\n]*\\n*|$)|comment[^\\n]*(\\n+|$)|<\\?[\\s\\S]*?(?:\\?>[^\\n]*\\n*|$)|<![A-Z][\\s\\S]*?(?:>[^\\n]*\\n*|$)|<!\\[CDATA\\[[\\s\\S]*?(?:\\]\\]>[^\\n]*\\n*|$)|</?(tag)(?:[ \\t]+|\\n|/?>|$)[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$)|<(?!(?:script|pre|style|textarea)(?![a-z0-9-]))([a-z][a-z0-9-]*)(?:attribute)*?[ \\t]*/?>(?=[ \\t]*(?:\\n|$))[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$)|</[a-z][a-z0-9-]*\\s*>(?=[ \\t]*(?:\\n|$))[\\s\\S]*?(?:(?:\\n[ 	]*)+\\n|$))", "i").replace("comment", ke$1).replace("tag", he$1).replace("attribute", /[ \t]+[a-zA-Z:_][\w.:-]*(?:[ \t]*=[ \t]*"[^"\n]*"|[ \t]*=[ \t]*'[^'\n]*'|[ \t]*=[ \t]*[^\s"'=<>`]+)?/).getRegex();
var Ce$1 = (l) => g$1(de$1).replace("hr", V$1).replace("heading", " {0,3}#{1,6}(?:\\s|$)").replace("|lheading", "").replace("|table", "").replace("blockquote", " {0,3}>").replace("fences", " {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace("list", l).replace("html", J$1).getRegex();
var Je = Ce$1(/ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/);
var Ye = Ce$1(/ {0,3}(?:[*+-]|\d{1,9}[.)])(?:[ \t]|\n|$)/);
var fe$1 = {
	blockquote: g$1(/^( {0,3}> ?(?:(?![ \t]*(?:\n|$))(paragraph)|[^\n]*)(?:\n|$))+/).replace("paragraph", Ye).getRegex(),
	code: Ne$1,
	def: Ke,
	fences: Fe,
	heading: Qe,
	hr: V$1,
	html: Ve,
	lheading: Le$1,
	list: Xe,
	newline: Ge,
	paragraph: Je,
	table: q$1,
	text: Ue
};
var Pe$1 = g$1("^ *([^\\n ].*)\\n {0,3}((?:\\| *)?:?-+:? *(?:\\| *:?-+:? *)*(?:\\| *)?)(?:\\n((?:(?! *\\n|hr|heading|blockquote|code|fences|list|html).*(?:\\n|$))*)\\n*|$)").replace("hr", V$1).replace("heading", " {0,3}#{1,6}(?:\\s|$)").replace("blockquote", " {0,3}>").replace("code", "(?: {4}| {0,3}	)[^\\n]").replace("fences", " {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace("list", " {0,3}(?:[*+-]|1[.)])[ \\t]").replace("html", J$1).getRegex();
var tt = {
	...fe$1,
	lheading: We,
	table: Pe$1,
	paragraph: g$1(de$1).replace("hr", V$1).replace("heading", " {0,3}#{1,6}(?:\\s|$)").replace("|lheading", "").replace("table", Pe$1).replace("blockquote", " {0,3}>").replace("fences", " {0,3}(?:`{3,}(?=[^`\\n]*(?:\\n|$))|~~~)[^\\n]*(?:\\n|$)").replace("list", " {0,3}(?:[*+-]|1[.)])[ \\t]+[^ \\t\\n]").replace("html", J$1).getRegex()
};
var nt = {
	...fe$1,
	html: g$1(`^ *(?:comment(?: *\\n|\\s*$)|<(tag)[\\s\\S]+?</\\1>(?: *\\n{2,}|\\s*$)|<tag(?:"[^"]*"|'[^']*'|\\s[^'"/>\\s]*)*?/?>(?: *\\n{2,}|\\s*$))`).replace("comment", ke$1).replace(/tag/g, "(?!(?:a|em|strong|small|s|cite|q|dfn|abbr|data|time|code|var|samp|kbd|sub|sup|i|b|u|mark|ruby|rt|rp|bdi|bdo|span|br|wbr|ins|del|img)\\b)\\w+(?!:|[^\\w\\s@]*@)\\b").getRegex(),
	def: /^ *\[([^\]]+)\]: *<?([^\s>]+)>?(?: +(["(][^\n]+[")]))? *(?:\n+|$)/,
	heading: /^(#{1,6})(.*)(?:\n+|$)/,
	fences: q$1,
	lheading: /^(.+?)\n {0,3}(=+|-+) *(?:\n+|$)/,
	paragraph: g$1(de$1).replace("hr", V$1).replace("heading", ` *#{1,6} *[^
]`).replace("|table", "").replace("blockquote", " {0,3}>").replace("|fences", "").replace("|list", "").replace("|html", "").replace("|tag", "").replace("lheading", Le$1).getRegex()
};
var rt = /^\\([!"#$%&'()*+,\-./:;<=>?@\[\]\\^_`{|}~])/;
var st = /^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/;
var Ie$1 = /^( {2,}|\\)\n(?!\s*$)[ \t]*/;
var it = /^(`+|[^`])(?:(?= {2,}\n)|[\s\S]*?(?:(?=[\\<!\[`*_]|\b_|$)|[^ ](?= {2,}\n)))/;
var L$1 = /[\p{P}\p{S}]/u;
var N$1 = /[\s\p{P}\p{S}]/u;
var Y$1 = /[^\s\p{P}\p{S}]/u;
var ot = g$1(/^((?![*_])punctSpace)/, "u").replace(/punctSpace/g, N$1).getRegex();
var at = /[\p{Pi}\p{Ps}"']/u;
var Ae$1 = /(?!~)[\p{P}\p{S}]/u;
var lt = /(?!~)[\s\p{P}\p{S}]/u;
var ut = /(?:[^\s\p{P}\p{S}]|~)/u;
var pt = g$1(/link|precode-code|html/, "g").replace("link", /\[(?:[^\[\]`]|(?<a>`+)[^`]+\k<a>(?!`))*?\]\((?:\\[\s\S]|[^\\\(\)]|\((?:\\[\s\S]|[^\\\(\)])*\))*\)/).replace("precode-", _e$1 ? "(?<!`)()" : "(^^|[^`])").replace("code", /(?<b>`+)[^`]+\k<b>(?!`)/).replace("html", /<(?! )[^<>]*?>/).getRegex();
var Ee$1 = /^(?:\*+(?:((?!\*)punct)|([^\s*]))?)|^_+(?:((?!_)punct)|([^\s_]))?/;
var ct = g$1(Ee$1, "u").replace(/punct/g, L$1).getRegex();
var ht = g$1(Ee$1, "u").replace(/punct/g, Ae$1).getRegex();
var gt = g$1(/^(?:\*+(?:((?!\*)(?!openQuote)punct)|([^\s*]))?)|^_+(?:((?!_)(?!openQuote)punct)|([^\s_]))?/, "u").replace(/openQuote/g, at).replace(/punct/g, L$1).getRegex();
var ze = "^[^_*]*?__[^_*]*?\\*[^_*]*?(?=__)|[^*]+(?=[^*])|(?!\\*)punct(\\*+)(?=[\\s]|$)|notPunctSpace(\\*+)(?!\\*)(?=punctSpace|$)|(?!\\*)punctSpace(\\*+)(?=notPunctSpace)|[\\s](\\*+)(?!\\*)(?=punct)|(?!\\*)punct(\\*+)(?!\\*)(?=punct)|notPunctSpace(\\*+)(?=notPunctSpace)";
var kt = g$1(ze, "gu").replace(/notPunctSpace/g, Y$1).replace(/punctSpace/g, N$1).replace(/punct/g, L$1).getRegex();
var ft = g$1(ze, "gu").replace(/notPunctSpace/g, ut).replace(/punctSpace/g, lt).replace(/punct/g, Ae$1).getRegex();
var xt = g$1("^[^_*]*?__[^_*]*?\\*[^_*]*?(?=__)|[^*]+(?=[^*])|(?!\\*)punct(\\*+)(?=[\\s]|$)|notPunctSpace(\\*+)(?!\\*)(?=punctSpace|$)|(?!\\*)[\\s](\\*+)(?=notPunctSpace)|[\\s](\\*+)(?!\\*)(?=punct)|(?!\\*)punct(\\*+)(?!\\*)(?=punct)|(?:(?!\\*)punct|notPunctSpace)(\\*+)(?!\\*)(?=notPunctSpace)", "gu").replace(/notPunctSpace/g, Y$1).replace(/punctSpace/g, N$1).replace(/punct/g, L$1).getRegex();
var bt = g$1("^[^_*]*?\\*\\*[^_*]*?_[^_*]*?(?=\\*\\*)|[^_]+(?=[^_])|(?!_)punct(_+)(?=[\\s]|$)|notPunctSpace(_+)(?!_)(?=punctSpace|$)|(?!_)punctSpace(_+)(?=notPunctSpace)|[\\s](_+)(?!_)(?=punct)|(?!_)punct(_+)(?!_)(?=punct)", "gu").replace(/notPunctSpace/g, Y$1).replace(/punctSpace/g, N$1).replace(/punct/g, L$1).getRegex();
var Tt = g$1("^[^_*]*?\\*\\*[^_*]*?_[^_*]*?(?=\\*\\*)|[^_]+(?=[^_])|(?!_)punct(_+)(?=[\\s]|$)|notPunctSpace(_+)(?!_)(?=punctSpace|$)|(?!_)[\\s](_+)(?=notPunctSpace)|[\\s](_+)(?!_)(?=punct)|(?!_)punct(_+)(?!_)(?=punct)|(?:(?!_)punct|notPunctSpace)(_+)(?!_)(?=notPunctSpace)", "gu").replace(/notPunctSpace/g, Y$1).replace(/punctSpace/g, N$1).replace(/punct/g, L$1).getRegex();
var Ot = g$1(/^~~?(?:((?!~)punct)|[^\s~])/, "u").replace(/punct/g, L$1).getRegex();
var Pt = g$1("^[^~]+(?=[^~])|(?!~)punct(~~?)(?=[\\s]|$)|notPunctSpace(~~?)(?!~)(?=punctSpace|$)|(?!~)punctSpace(~~?)(?=notPunctSpace)|[\\s](~~?)(?!~)(?=punct)|(?!~)punct(~~?)(?!~)(?=punct)|notPunctSpace(~~?)(?=notPunctSpace)", "gu").replace(/notPunctSpace/g, Y$1).replace(/punctSpace/g, N$1).replace(/punct/g, L$1).getRegex();
var yt = g$1(/\\(punct)/, "gu").replace(/punct/g, L$1).getRegex();
var St = g$1(/(`+)(?:[^`]|[^`][\s\S]*?[^`])\1(?!`)|`+|\\(punct)/, "gu").replace(/punct/g, L$1).getRegex();
var _t = g$1(/^<(scheme:[^\s\x00-\x1f<>]*|email)>/).replace("scheme", /[a-zA-Z][a-zA-Z0-9+.-]{1,31}/).replace("email", /[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+(@)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+(?![-_])/).getRegex();
var $t = g$1(ke$1).replace("(?:-->|$)", "-->").getRegex();
var Lt = g$1("^comment|^</[a-zA-Z][a-zA-Z0-9-]*\\s*>|^<[a-zA-Z][a-zA-Z0-9-]*(?:attribute)*?\\s*/?>|^<\\?[\\s\\S]*?\\?>|^<![a-zA-Z]+\\s[\\s\\S]*?>|^<!\\[CDATA\\[[\\s\\S]*?\\]\\]>").replace("comment", $t).replace("attribute", /\s+[a-zA-Z:_][\w.:-]*(?:\s*=\s*"[^"]*"|\s*=\s*'[^']*'|\s*=\s*[^\s"'=<>`]+)?/).getRegex();
var Me$1 = /\[(?:\\[\s\S]|[^\[\]\\])*\]/;
var ie$1 = g$1(/(?:\[(?:brackets|\\[\s\S]|[^\[\]\\])*\]|\\[\s\S]|`+(?!`)[^`]*?`+(?!`)|``+(?=\])|[^\[\]\\`])*?/).replace("brackets", Me$1).getRegex();
var Ct = g$1(/^!?\[(label)\]\([ \t\n]*(href)(?:(?:[ \t]+(?:\n[ \t]*)?|\n[ \t]*)(title))?[ \t\n]*\)/).replace("label", ie$1).replace("href", /<(?:\\.|[^\n<>\\])*>|(?!<)[^ \t\n\x00-\x1f]+|(?=\))/).replace("title", /"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\((?:\\[\s\S]|[^)\\])*\)/).getRegex();
var It = g$1(/^!?\[(label)\]\[(ref)\]/).replace("label", ie$1).replace("ref", ge$1).getRegex();
var At = g$1(/^!?\[(ref)\](?:\[\])?/).replace("ref", ge$1).getRegex();
var ye$1 = /(?!\s*\])(?:\\[\s\S]|[^\[\]\\]){1,999}/;
var Et = g$1(/(?:[^\[\]\\`]*(?:\[(?:brackets|\\[\s\S]|[^\[\]\\])*\]|\\[\s\S]|`+(?!`)[^`]*?`+(?!`)|``+(?=\]))){0,999}?[^\[\]\\`]*?/).replace("brackets", Me$1).getRegex();
var zt = g$1("reflink|nolink(?!\\()", "g").replace("reflink", g$1(/^!?\[(label)\]\[(ref)\]/).replace("label", Et).replace("ref", ye$1).getRegex()).replace("nolink", g$1(/^!?\[(ref)\](?:\[\])?/).replace("ref", ye$1).getRegex()).getRegex();
var Se$1 = /[hH][tT][tT][pP][sS]?|[fF][tT][pP]/;
var Bt = g$1(/(?:mailto:email|xmpp:email(?:\/[A-Za-z0-9@.]+)?)/).replace(/email/g, /[A-Za-z0-9._+-]+@[a-zA-Z0-9-_]+(?:\.[a-zA-Z0-9-_]*[a-zA-Z0-9])+(?![\w-])/).getRegex();
var me$1 = {
	_backpedal: q$1,
	anyPunctuation: yt,
	anyPunctuationOutsideCode: St,
	autolink: _t,
	blockSkip: pt,
	br: Ie$1,
	code: st,
	del: q$1,
	delLDelim: q$1,
	delRDelim: q$1,
	emStrongLDelim: ct,
	emStrongRDelimAst: kt,
	emStrongRDelimUnd: bt,
	escape: rt,
	link: Ct,
	nolink: At,
	punctuation: ot,
	reflink: It,
	reflinkSearch: zt,
	tag: Lt,
	text: it,
	url: q$1
};
var Dt = {
	...me$1,
	emStrongLDelim: gt,
	emStrongRDelimAst: xt,
	emStrongRDelimUnd: Tt,
	link: g$1(/^!?\[(label)\]\((.*?)\)/).replace("label", ie$1).getRegex(),
	reflink: g$1(/^!?\[(label)\]\s*\[([^\]]*)\]/).replace("label", ie$1).getRegex()
};
var pe$1 = {
	...me$1,
	emStrongRDelimAst: ft,
	emStrongLDelim: ht,
	delLDelim: Ot,
	delRDelim: Pt,
	url: g$1(/^emailProtocol|^((?:protocol):\/\/|www\.)(?:[a-zA-Z0-9\-]+\.?)+[^\s<]*|^email/).replace("emailProtocol", Bt).replace("protocol", Se$1).replace("email", /[A-Za-z0-9._+-]+(@)[a-zA-Z0-9-_]+(?:\.[a-zA-Z0-9-_]*[a-zA-Z0-9])+(?![\w-])/).getRegex(),
	_backpedal: /(?:[^?!.,:;*_'"~()&]+|\([^)]*\)|&(?![a-zA-Z0-9]+;$)|[?!.,:;*_'"~)]+(?!$))+/,
	del: /^(~~?)(?=[^\s~])((?:\\[\s\S]|[^\\])*?(?:\\[\s\S]|[^\s~\\]))\1(?=[^~]|$)/,
	text: g$1(/^(?:[^a-zA-Z0-9](?=emailProtocol)|(`+|~+|[^`~])(?:(?=[`~])|(?= {2,}\n)|(?=[a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-]+@)|[\s\S]*?(?:(?=[\\<!\[`*~_]|\b_|protocol:\/\/|wwwStart|$)|[^ ](?= {2,}\n)|[^a-zA-Z0-9](?=emailProtocol)|[^a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-](?=[a-zA-Z0-9.!#$%&'*+\/=?_`{\|}~-]+@))))/).replace("protocol", Se$1).replace(/emailProtocol/g, /(?:mailto|xmpp):/).replace("wwwStart", _e$1 ? "(?<![^\\s*_~(])www\\." : "www\\.").getRegex()
};
var qt = {
	...pe$1,
	br: g$1(Ie$1).replace("{2,}", "*").getRegex(),
	text: g$1(pe$1.text).replace("\\b_", "\\b_| {2,}\\n").replace(/\{2,\}/g, "*").getRegex()
};
var ee$1 = {
	normal: fe$1,
	gfm: tt,
	pedantic: nt
};
var F$1 = {
	normal: me$1,
	gfm: pe$1,
	breaks: qt,
	pedantic: Dt
};
var vt = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	"\"": "&quot;",
	"'": "&#39;"
};
var Be = (l) => vt[l];
function y$1(l, e) {
	if (e) {
		if (O$1.escapeTest.test(l)) return l.replace(O$1.escapeReplace, Be);
	} else if (O$1.escapeTestNoEncode.test(l)) return l.replace(O$1.escapeReplaceNoEncode, Be);
	return l;
}
function De(l) {
	return O$1.numericCharacterReference.test(l) ? l.replace(O$1.numericCharacterReferenceOrAmpersand, (e, t, n) => {
		if (t === void 0 && n === void 0) return "&amp;";
		let r = t === void 0 ? Number.parseInt(n, 16) : Number.parseInt(t, 10);
		return r === 0 || r > 1114111 || r >= 55296 && r <= 57343 ? "�" : r === 38 ? "&amp;" : String.fromCodePoint(r);
	}) : l;
}
function xe(l) {
	try {
		l = encodeURI(l).replace(O$1.percentDecode, "%");
	} catch {
		return null;
	}
	return l;
}
function be$1(l, e) {
	let n = l.replace(O$1.findPipe, (s, o, i) => {
		let a = !1, c = o;
		for (; --c >= 0 && i[c] === "\\";) a = !a;
		return a ? "|" : " |";
	}).split(O$1.splitPipe), r = 0;
	if (n[0].trim() || n.shift(), n.length > 0 && !n.at(-1)?.trim() && n.pop(), e) if (n.length > e) n.splice(e);
	else for (; n.length < e;) n.push("");
	for (; r < n.length; r++) n[r] = n[r].trim().replace(O$1.slashPipe, "|");
	return n;
}
function C$1(l, e, t) {
	let n = l.length;
	if (n === 0) return "";
	let r = 0;
	for (; r < n;) {
		let s = l.charAt(n - r - 1);
		if (s === e && !t) r++;
		else if (s !== e && t) r++;
		else break;
	}
	return l.slice(0, n - r);
}
function Re$1(l) {
	let e = l.split(`
`), t = e.length - 1;
	for (; t >= 0 && O$1.blankLine.test(e[t]);) t--;
	return e.length - t <= 2 ? l : e.slice(0, t + 1).join(`
`);
}
function W$1(l) {
	return l.trim().replace(O$1.multipleSpaceGlobal, " ").toLowerCase().toUpperCase().toLowerCase();
}
function Te$1(l, e) {
	if (l.indexOf(e[0]) === -1 && l.indexOf(e[1]) === -1) return -1;
	let t = 0;
	for (let n = 0; n < l.length; n++) if (l[n] === "\\") n++;
	else if (l[n] === e[0]) t++;
	else if (l[n] === e[1] && (t--, t < 0)) return n;
	return t > 0 ? -2 : -1;
}
var Q$1 = new WeakMap();
function Oe$1(l) {
	let e = {
		"*": -1,
		_: -1
	}, t = -1, n = l.length;
	for (let r = 0; r < n; r++) {
		let s = l[r];
		if (s !== "*" && s !== "_" && s !== "~") continue;
		let o = r === 0 ? `
` : l[r - 1], i = r + 1;
		for (; i < n && l[i] === s;) i++;
		o !== " " && o !== "	" && o !== `
` && o !== "\r" && o !== "\f" && (s === "~" ? t = r : e[s] = r), r = i - 1;
	}
	return {
		maskedSrc: l,
		lastPossibleEmStrongCloserIndex: e,
		lastPossibleDelCloserIndex: t
	};
}
function qe(l, e) {
	let t = Oe$1(e), n = Q$1.get(l);
	n ? n.push(t) : Q$1.set(l, [t]);
}
function ve(l) {
	let e = Q$1.get(l);
	e && (e.pop(), e.length === 0 && Q$1.delete(l));
}
function oe$1(l, e, t) {
	let n = Q$1.get(l)?.at(-1);
	return n && n.maskedSrc === e ? n.lastPossibleEmStrongCloserIndex[t] : Oe$1(e).lastPossibleEmStrongCloserIndex[t];
}
function ae$1(l, e) {
	let t = Q$1.get(l)?.at(-1);
	return t && t.maskedSrc === e ? t.lastPossibleDelCloserIndex : Oe$1(e).lastPossibleDelCloserIndex;
}
function te$1(l, e = 0) {
	let t = e, n = "";
	for (let r of l) if (r === "	") {
		let s = 4 - t % 4;
		n += " ".repeat(s), t += s;
	} else n += r, t++;
	return n;
}
function Ht(l, e) {
	let t = "";
	for (let n = 0; n < l.length; n++) {
		if (l[n] === "`") {
			let r = e.inline.code.exec(l.slice(n));
			if (r) {
				t += r[0], n += r[0].length - 1;
				continue;
			}
		}
		if (l[n] === "\\" && (l[n + 1] === "[" || l[n + 1] === "]")) {
			t += l[n + 1], n++;
			continue;
		}
		t += l[n];
	}
	return t;
}
function He(l, e, t, n, r) {
	let s = e.href, o = e.title || null, i = Ht(l[1], r), a = l[0].charAt(0) === "!", c = n.state.inLink, u = n.state.linkEmitted, d = n.state.inRawBlock;
	n.state.inLink = !0, n.state.linkEmitted = !1;
	let h = n.inlineTokens(i), p = n.state.linkEmitted;
	if (n.state.linkEmitted = u, n.state.inLink = c, !a) {
		if (p) {
			n.state.inRawBlock = d;
			return;
		}
		n.state.linkEmitted = !0;
	}
	return {
		type: a ? "image" : "link",
		raw: t,
		href: s,
		title: o,
		text: i,
		tokens: h
	};
}
function Zt(l, e, t) {
	let n = l.match(t.other.indentCodeCompensation);
	if (n === null) return e;
	let r = n[1];
	return e.split(`
`).map((s) => {
		let o = s.match(t.other.beginningSpace);
		if (o === null) return s;
		let [i] = o;
		return s.slice(Math.min(i.length, r.length));
	}).join(`
`);
}
function Ze(l, e, t, n) {
	if (!e.includes("<")) return !1;
	for (let r = 0; r < e.length; r++) {
		if (e[r] === "\\") {
			r++;
			continue;
		}
		if (e[r] === "`") {
			let i = n.inline.code.exec(e.slice(r));
			if (i) {
				r += i[0].length - 1;
				continue;
			}
		}
		if (e[r] !== "<") continue;
		let s = l.slice(t + r), o = n.inline.tag.exec(s) || n.inline.autolink.exec(s);
		if (o) {
			if (o[0].length > e.length - r) return !0;
			r += o[0].length - 1;
		}
	}
	return !1;
}
var _$1 = class {
	options;
	rules;
	lexer;
	constructor(e) {
		this.options = e || S;
	}
	space(e) {
		let t = this.rules.block.newline.exec(e);
		if (t && t[0].length > 0) return {
			type: "space",
			raw: t[0]
		};
	}
	code(e) {
		let t = this.rules.block.code.exec(e);
		if (t) {
			let n = this.options.pedantic ? t[0] : Re$1(t[0]);
			return {
				type: "code",
				raw: n,
				codeBlockStyle: "indented",
				text: n.replace(this.rules.other.codeRemoveIndent, "")
			};
		}
	}
	fences(e) {
		let t = this.rules.block.fences.exec(e);
		if (t) {
			let n = t[0], r = Zt(n, t[3] || "", this.rules);
			return t[3] !== void 0 && (r === "" || r.endsWith(`
`)) && (r += `
`), {
				type: "code",
				raw: n,
				lang: t[2] ? t[2].trim().replace(this.rules.inline.anyPunctuation, "$1") : t[2],
				text: r
			};
		}
	}
	heading(e) {
		let t = this.rules.block.heading.exec(e);
		if (t) {
			let n = t[2].trim();
			if (this.rules.other.endingHash.test(n)) {
				let r = C$1(n, "#");
				(this.options.pedantic || !r || this.rules.other.endingSpaceTabChar.test(r)) && (n = r.trim());
			}
			return {
				type: "heading",
				raw: C$1(t[0], `
`),
				depth: t[1].length,
				text: n,
				tokens: this.lexer.inline(n)
			};
		}
	}
	hr(e) {
		let t = this.rules.block.hr.exec(e);
		if (t) return {
			type: "hr",
			raw: C$1(t[0], `
`)
		};
	}
	blockquote(e) {
		let t = this.rules.block.blockquote.exec(e);
		if (t) {
			let n = C$1(t[0], `
`).split(`
`), r = "", s = "", o = [];
			for (; n.length > 0;) {
				let i = !1, a = [], c = 0;
				for (; c < n.length; c++) if (this.rules.other.blockquoteStart.test(n[c])) a.push(n[c]), i = !0;
				else if (!i) a.push(n[c]);
				else break;
				n = n.slice(c);
				let u = a.join(`
`), d = u.replace(this.rules.other.blockquoteMarkerWhitespace, (k, m, b) => b.startsWith(" ") ? m + " " + b.slice(1) : m + te$1(b, m.length)).replace(this.rules.other.blockquoteSetextReplace, `
    $1`).replace(this.rules.other.blockquoteSetextReplace2, "");
				r = r ? `${r}
${u}` : u, s = s ? `${s}
${d}` : d;
				let h = this.lexer.state.top;
				if (this.lexer.state.top = !0, this.lexer.blockTokens(d, o, !0), this.lexer.state.top = h, n.length === 0) break;
				let p = o.at(-1);
				if (p?.type === "code" || p?.type === "heading" || p?.type === "hr" || p?.type === "html" || p?.type === "table") break;
				if (p?.type === "blockquote") {
					let k = p, m = n.join(`
`), b = k.raw + `
` + m.replace(this.rules.other.blockquoteSetextReplace2, ""), f = this.blockquote(b);
					o[o.length - 1] = f;
					let R = b.substring(f.raw.length).replace(/^\n/, ""), E = R ? R.split(`
`).length : 0, T = E ? n.slice(0, -E) : n;
					if (T.length > 0 && (r = `${r}
${T.join(`
`)}`), s = s.substring(0, s.length - k.text.length) + f.text, n = n.slice(T.length), n.length > 0 && this.rules.other.blockquoteStart.test(n[0])) continue;
					break;
				} else if (p?.type === "list") {
					let k = p, m = k.raw + `
` + n.join(`
`), b = this.list(m);
					o[o.length - 1] = b;
					let f = b.raw.length > k.raw.length ? m.slice(k.raw.length + 1, b.raw.length).split(`
`).length : 0;
					if (f > 0) {
						let R = n.slice(0, f).join(`
`);
						r = `${r}
${R}`, s = `${s}
${R}`;
					}
					if (n = n.slice(f), n.length > 0 && !this.rules.other.blockquoteStart.test(n[0])) break;
					continue;
				}
			}
			return {
				type: "blockquote",
				raw: r,
				tokens: o,
				text: s
			};
		}
	}
	list(e) {
		let t = this.rules.block.list.exec(e);
		if (t) {
			if (!this.options.pedantic && this.lexer.state.lastToken?.type === "text" && !this.rules.other.listInterruptsParagraph.test(e)) return;
			let n = e, r = () => n.length - e.length, s = t[1].trim(), o = s.length > 1, i = {
				type: "list",
				raw: "",
				ordered: o,
				start: o ? +s.slice(0, -1) : "",
				loose: !1,
				items: []
			};
			s = o ? `\\d{1,9}\\${s.slice(-1)}` : `\\${s}`, this.options.pedantic && (s = o ? s : "[*+-]");
			let a = this.rules.other.listItemRegex(s), c = !1;
			for (; e;) {
				let h = !1, p = "";
				if (!(t = a.exec(e)) || this.rules.block.hr.test(e)) break;
				let k = r();
				e = e.substring(t[0].length);
				let m = t[2].split(`
`, 1)[0], b = t[1].length, f = this.options.pedantic ? te$1(m, b) : m.replace(this.rules.other.leadingSpaceTab, (H) => te$1(H, b)), R = e.split(`
`, 1)[0], E = !f.trim(), T = 0;
				if (this.options.pedantic ? (T = 2, p = f.trimStart()) : E ? T = b + 1 : (T = f.search(this.rules.other.nonSpaceChar), T = T > 4 ? 1 : T, p = f.slice(T), T += b), E && this.rules.other.blankLine.test(R) && (e = e.substring(R.length + 1), h = !0), !h) {
					let H = this.rules.other.nextBulletRegex(T), K = this.rules.other.hrRegex(T), re = this.rules.other.fencesBeginRegex(T), B = this.options.pedantic ? this.rules.other.pedanticHeadingBeginRegex(T) : this.rules.other.headingBeginRegex(T), X = this.rules.other.htmlBeginRegex(T), se = this.rules.other.blockquoteBeginRegex(T), le = !1;
					for (; e;) {
						let we = e.split(`
`, 1)[0], Z;
						if (R = we, this.options.pedantic ? (R = R.replace(this.rules.other.listReplaceNesting, "  "), Z = R) : Z = R.replace(this.rules.other.leadingSpaceTab, ($) => te$1($)), re.test(R) || B.test(R) || X.test(R) || se.test(R) || H.test(R) || K.test(R)) break;
						if (Z.search(this.rules.other.nonSpaceChar) >= T || !R.trim()) p += `
` + Z.slice(T), le = !1;
						else {
							if (E) break;
							let $ = f;
							if (!this.options.pedantic && !p.includes(`
`) && !f.includes("	")) {
								let j;
								for (; !K.test($) && (j = this.rules.other.nestedBlockMarker.exec($));) $ = $.slice(j[0].length);
								if (!$.trim()) break;
							}
							if ($.replace(this.rules.other.tabCharGlobal, "    ").search(this.rules.other.nonSpaceChar) >= 4 || re.test($) || B.test($) || X.test($) || K.test($)) break;
							if (!this.options.pedantic && !le) {
								let j = f.replace(this.rules.other.nestedContainerMarkers, "");
								if (this.rules.block.fences.test(j) || this.rules.block.heading.test(j) || this.rules.block.hr.test(j)) break;
							}
							let je = !this.options.pedantic && /^ {0,3}(?:=+|-+) *$/.test(R) && this.rules.block.lheading.test(`${f}
${R}`) ? `    ${Z.replace(/^ {0,3}/, "")}` : R;
							p += `
` + je, le = !0;
						}
						E = !R.trim(), e = e.substring(we.length + 1), f = Z.slice(T);
					}
				}
				let U = n.slice(k, r());
				i.loose || (c ? i.loose = !0 : this.rules.other.doubleBlankLine.test(U) && (c = !0)), i.items.push({
					type: "list_item",
					raw: U,
					task: !!this.options.gfm && this.rules.other.listIsTask.test(p),
					loose: !1,
					text: p,
					tokens: []
				});
			}
			let u = i.items.at(-1);
			if (u) u.raw = u.raw.trimEnd(), u.text = u.text.trimEnd();
			else return;
			i.raw = n.slice(0, r()).trimEnd();
			let d = [];
			for (let h of i.items) if (this.lexer.state.top = !1, d.push(this.lexer.inlineQueue.length), h.tokens = this.lexer.blockTokens(h.text, []), !i.loose) {
				let p = h.tokens.filter((m) => m.type === "space");
				i.loose = p.length > 0 && p.some((m) => this.rules.other.anyLine.test(m.raw));
			}
			for (let h = 0; h < i.items.length; h++) {
				let p = i.items[h], k = p.tokens[0];
				if (p.task && (k?.type === "text" || k?.type === "paragraph")) {
					p.text = p.text.replace(this.rules.other.listReplaceTask, ""), k.raw = k.raw.replace(this.rules.other.listReplaceTask, ""), k.text = k.text.replace(this.rules.other.listReplaceTask, "");
					let m = this.lexer.inlineQueue;
					for (let f = d[h]; f < m.length; f++) if (m[f].tokens === k.tokens) {
						m[f].src = m[f].src.replace(this.rules.other.listReplaceTask, "");
						break;
					}
					let b = this.rules.other.listTaskCheckbox.exec(p.raw);
					if (b) {
						let f = {
							type: "checkbox",
							raw: b[0] + " ",
							checked: b[0] !== "[ ]"
						};
						p.checked = f.checked, i.loose ? p.tokens[0] && ["paragraph", "text"].includes(p.tokens[0].type) && "tokens" in p.tokens[0] && p.tokens[0].tokens ? (p.tokens[0].raw = f.raw + p.tokens[0].raw, p.tokens[0].text = f.raw + p.tokens[0].text, p.tokens[0].tokens.unshift(f)) : p.tokens.unshift({
							type: "paragraph",
							raw: f.raw,
							text: f.raw,
							tokens: [f]
						}) : p.tokens.unshift(f);
					}
				} else p.task && (p.task = !1);
			}
			if (i.loose) for (let h of i.items) {
				h.loose = !0;
				for (let p of h.tokens) p.type === "text" && (p.type = "paragraph");
			}
			return i;
		}
	}
	html(e) {
		let t = this.rules.block.html.exec(e);
		if (t) {
			if (this.lexer.state.lastToken?.type === "paragraph" && !this.rules.other.htmlBeginRegex(4).test(e)) return;
			let n = Re$1(t[0]);
			return {
				type: "html",
				block: !0,
				raw: n,
				pre: t[1] === "pre" || t[1] === "script" || t[1] === "style",
				text: n
			};
		}
	}
	def(e) {
		let t = this.rules.block.def.exec(e);
		if (t) {
			if (!this.rules.other.startAngleBracket.test(t[2]) && Te$1(t[2], "()") !== -1) return;
			let n = W$1(t[1]), r = t[2] ? t[2].replace(this.rules.other.hrefBrackets, "$1").replace(this.rules.inline.anyPunctuation, "$1") : "", s = t[3] ? t[3].substring(1, t[3].length - 1).replace(this.rules.inline.anyPunctuation, "$1") : t[3];
			return {
				type: "def",
				tag: n,
				raw: C$1(t[0], `
`),
				href: r,
				title: s
			};
		}
	}
	table(e) {
		let t = this.rules.block.table.exec(e);
		if (!t || !this.rules.other.tableDelimiter.test(t[2])) return;
		let n = be$1(t[1]), r = t[2].replace(this.rules.other.tableAlignChars, "").split("|"), s = t[3]?.trim() ? t[3].replace(this.rules.other.tableRowBlankLine, "").split(`
`) : [], o = {
			type: "table",
			raw: C$1(t[0], `
`),
			header: [],
			align: [],
			rows: []
		};
		if (n.length === r.length) {
			for (let i of r) this.rules.other.tableAlignRight.test(i) ? o.align.push("right") : this.rules.other.tableAlignCenter.test(i) ? o.align.push("center") : this.rules.other.tableAlignLeft.test(i) ? o.align.push("left") : o.align.push(null);
			for (let i = 0; i < n.length; i++) o.header.push({
				text: n[i],
				tokens: this.lexer.inline(n[i]),
				header: !0,
				align: o.align[i]
			});
			for (let i of s) o.rows.push(be$1(i, o.header.length).map((a, c) => ({
				text: a,
				tokens: this.lexer.inline(a),
				header: !1,
				align: o.align[c]
			})));
			return o;
		}
	}
	lheading(e) {
		let t = this.rules.block.lheading.exec(e);
		if (t) {
			let n = t[1].trim();
			return {
				type: "heading",
				raw: C$1(t[0], `
`),
				depth: t[2].charAt(0) === "=" ? 1 : 2,
				text: n,
				tokens: this.lexer.inline(n)
			};
		}
	}
	paragraph(e) {
		let t = this.rules.block.paragraph.exec(e);
		if (t) {
			let n = t[1].charAt(t[1].length - 1) === `
` ? t[1].slice(0, -1) : t[1];
			return {
				type: "paragraph",
				raw: t[0],
				text: n,
				tokens: this.lexer.inline(n)
			};
		}
	}
	text(e) {
		let t = this.rules.block.text.exec(e);
		if (t) return {
			type: "text",
			raw: t[0],
			text: t[0],
			tokens: this.lexer.inline(t[0])
		};
	}
	escape(e) {
		if (e.charCodeAt(0) !== 92) return;
		let t = this.rules.inline.escape.exec(e);
		if (t) return {
			type: "escape",
			raw: t[0],
			text: t[1]
		};
	}
	tag(e) {
		if (e.charCodeAt(0) !== 60) return;
		let t = this.rules.inline.tag.exec(e);
		if (t) return !this.lexer.state.inLink && this.rules.other.startATag.test(t[0]) ? this.lexer.state.inLink = !0 : this.lexer.state.inLink && this.rules.other.endATag.test(t[0]) && (this.lexer.state.inLink = !1), !this.lexer.state.inRawBlock && this.rules.other.startPreScriptTag.test(t[0]) ? this.lexer.state.inRawBlock = !0 : this.lexer.state.inRawBlock && this.rules.other.endPreScriptTag.test(t[0]) && (this.lexer.state.inRawBlock = !1), {
			type: "html",
			raw: t[0],
			inLink: this.lexer.state.inLink,
			inRawBlock: this.lexer.state.inRawBlock,
			block: !1,
			text: t[0]
		};
	}
	link(e) {
		if (this.lexer.state.linkParenPossible === !1) return;
		let t = e.charCodeAt(0);
		if (t !== 91 && t !== 33) return;
		let n = this.rules.inline.link.exec(e);
		if (n) {
			let r = n[0].charAt(0) === "!" ? 2 : 1;
			if (!this.options.pedantic && Ze(e, n[1], r, this.rules)) return;
			let s = n[2].trim();
			if (!this.options.pedantic && this.rules.other.startAngleBracket.test(s)) {
				if (!this.rules.other.endAngleBracket.test(s)) return;
				let c = C$1(s.slice(0, -1), "\\");
				if ((s.length - c.length) % 2 === 0) return;
			} else {
				let c = Te$1(n[2], "()");
				if (c === -2) return;
				if (c > -1) {
					let d = (n[0].indexOf("!") === 0 ? 5 : 4) + n[1].length + c;
					n[2] = n[2].substring(0, c), n[0] = n[0].substring(0, d).trim(), n[3] = "";
				}
			}
			let o = C$1(n[0].slice(0, -1), "\\");
			if ((n[0].length - o.length) % 2 === 0) return;
			let i = n[2], a = "";
			if (this.options.pedantic) {
				let c = this.rules.other.pedanticHrefTitle.exec(i);
				c && (i = c[1], a = c[3]);
			} else a = n[3] ? n[3].slice(1, -1) : "";
			return i = i.trim(), this.rules.other.startAngleBracket.test(i) && (this.options.pedantic && !this.rules.other.endAngleBracket.test(s) ? i = i.slice(1) : i = i.slice(1, -1)), He(n, {
				href: i && i.replace(this.rules.inline.anyPunctuation, "$1"),
				title: a && a.replace(this.rules.inline.anyPunctuation, "$1")
			}, n[0], this.lexer, this.rules);
		}
	}
	reflink(e, t) {
		let n = e.charCodeAt(0);
		if (n !== 91 && n !== 33) return;
		let r;
		if ((r = this.rules.inline.reflink.exec(e)) || (r = this.rules.inline.nolink.exec(e))) {
			let s = r[0].charAt(0) === "!" ? 2 : 1;
			if (!this.options.pedantic && Ze(e, r[1], s, this.rules)) return;
			let o = t[W$1(r[2] || r[1])];
			if (!o) {
				let i = r[0].charAt(0);
				return {
					type: "text",
					raw: i,
					text: i
				};
			}
			return He(r, o, r[0], this.lexer, this.rules);
		}
	}
	emStrong(e, t, n = "") {
		let r = this.rules.inline.emStrongLDelim.exec(e);
		if (!r || !r[1] && !r[2] && !r[3] && !r[4]) return;
		let s = r[0][0], o = n === s, i = t.length - e.length, a = i;
		for (; !this.options.pedantic && a > 0 && t[a - 1] === s;) a--;
		let c = [...t.slice(Math.max(0, a - 2), a)].at(-1) ?? "", u = c === "*" || c === "_" || !!this.rules.inline.punctuation.exec(c);
		a < i && (n = c);
		let d = a < i ? u : n === "*" || n === "_" || !!this.rules.inline.punctuation.exec(n);
		if (r[4] && n.match(this.rules.other.unicodeAlphaNumeric)) return;
		let h = r[1] || r[3] || "";
		if (!h || !n || d) {
			let p = [...r[0]].length - 1, k, m, b = p, f = 0, R = i - a + p, E = !this.options.pedantic && !!c.trim() && (!!h || s === "*" && !u);
			if (s !== "*" && s !== "_") return;
			let T = s === "*" ? this.rules.inline.emStrongRDelimAst : this.rules.inline.emStrongRDelimUnd, U = oe$1(this, t, s), H = t.length - e.length + p;
			if (U < H) return;
			t = t.slice(-1 * e.length + p);
			let K = U - H;
			for (T.lastIndex = 0; (r = T.exec(t)) !== null && !(r.index > K);) {
				if (k = r[1] || r[2] || r[3] || r[4] || r[5] || r[6], !k) continue;
				if (m = [...k].length, r[3] || r[4]) {
					b += m;
					continue;
				} else if ((r[5] || r[6] || E) && R % 3 && !((R + m) % 3)) {
					if (o && (r[5] || r[6])) break;
					f += m;
					continue;
				}
				if (b -= m, b > 0) continue;
				m = Math.min(m, m + b + f);
				let re = [...r[0]][0].length, B = e.slice(0, p + r.index + re + m);
				if (Math.min(p, m) % 2) {
					let se = B.slice(1, -1);
					return {
						type: "em",
						raw: B,
						text: se,
						tokens: this.lexer.inlineTokens(se)
					};
				}
				let X = B.slice(2, -2);
				return {
					type: "strong",
					raw: B,
					text: X,
					tokens: this.lexer.inlineTokens(X)
				};
			}
		}
	}
	codespan(e) {
		if (e.charCodeAt(0) !== 96) return;
		let t = this.rules.inline.code.exec(e);
		if (t) {
			let n = t[2].replace(this.rules.other.newLineCharGlobal, " "), r = this.rules.other.nonSpaceChar.test(n), s = this.rules.other.startingSpaceChar.test(n) && this.rules.other.endingSpaceChar.test(n);
			return r && s && (n = n.substring(1, n.length - 1)), {
				type: "codespan",
				raw: t[0],
				text: n
			};
		}
	}
	br(e) {
		let t = e.charCodeAt(0);
		if (t !== 32 && t !== 92 && t !== 10) return;
		let n = this.rules.inline.br.exec(e);
		if (n) return {
			type: "br",
			raw: n[0]
		};
	}
	del(e, t, n = "") {
		if (e.charCodeAt(0) !== 126) return;
		let r = this.rules.inline.delLDelim.exec(e);
		if (!r) return;
		if (!(r[1] || "") || !n || this.rules.inline.punctuation.exec(n)) {
			let o = [...r[0]].length - 1, i, a, c = o, u = this.rules.inline.delRDelim, d = ae$1(this, t), h = t.length - e.length + o;
			if (d < h) return;
			t = t.slice(-1 * e.length + o);
			let p = d - h;
			for (u.lastIndex = 0; (r = u.exec(t)) !== null && !(r.index > p);) {
				if (i = r[1] || r[2] || r[3] || r[4] || r[5] || r[6], !i || (a = [...i].length, a !== o)) continue;
				if (r[3] || r[4]) {
					c += a;
					continue;
				}
				if (c -= a, c > 0) continue;
				a = Math.min(a, a + c);
				let k = [...r[0]][0].length, m = e.slice(0, o + r.index + k + a), b = m.slice(o, -o);
				return {
					type: "del",
					raw: m,
					text: b,
					tokens: this.lexer.inlineTokens(b)
				};
			}
		}
	}
	autolink(e) {
		if (e.charCodeAt(0) !== 60) return;
		let t = this.rules.inline.autolink.exec(e);
		if (t) {
			let n, r;
			return t[2] === "@" ? (n = t[1], r = "mailto:" + n) : (n = t[1], r = n), {
				type: "link",
				raw: t[0],
				text: n,
				href: r,
				autolink: !0,
				tokens: [{
					type: "text",
					raw: n,
					text: n
				}]
			};
		}
	}
	url(e) {
		let t;
		if (t = this.rules.inline.url.exec(e)) {
			let n, r;
			if (t[2] === "@") n = t[0], r = "mailto:" + n;
			else {
				let s;
				do
					s = t[0], t[0] = this.rules.inline._backpedal.exec(t[0])?.[0] ?? "";
				while (s !== t[0]);
				n = t[0], t[1] === "www." ? r = "http://" + t[0] : r = t[0];
			}
			return {
				type: "link",
				raw: t[0],
				text: n,
				href: r,
				autolink: !0,
				tokens: [{
					type: "text",
					raw: n,
					text: n
				}]
			};
		}
	}
	inlineText(e) {
		let t = this.rules.inline.text.exec(e);
		if (t) {
			let n = this.lexer.state.inRawBlock;
			return {
				type: "text",
				raw: t[0],
				text: n ? t[0] : De(t[0]),
				escaped: n
			};
		}
	}
};
var w$1 = class l {
	tokens;
	options;
	state;
	inlineQueue;
	tokenizer;
	constructor(e) {
		this.tokens = [], this.tokens.links = Object.create(null), this.options = e || S, this.options.tokenizer = this.options.tokenizer || new _$1(), this.tokenizer = this.options.tokenizer, this.tokenizer.options = this.options, this.tokenizer.lexer = this, this.inlineQueue = [], this.state = {
			inLink: !1,
			inRawBlock: !1,
			linkEmitted: !1,
			linkParenPossible: !0,
			top: !0
		};
		let t = {
			other: O$1,
			block: ee$1.normal,
			inline: F$1.normal
		};
		this.options.pedantic ? (t.block = ee$1.pedantic, t.inline = F$1.pedantic) : this.options.gfm && (t.block = ee$1.gfm, this.options.breaks ? t.inline = F$1.breaks : t.inline = F$1.gfm), this.tokenizer.rules = t;
	}
	static get rules() {
		return {
			block: ee$1,
			inline: F$1
		};
	}
	static lex(e, t) {
		return new l(t).lex(e);
	}
	static lexInline(e, t) {
		return new l(t).inlineTokens(e);
	}
	lex(e) {
		e = e.replace(O$1.carriageReturn, `
`), this.blockTokens(e, this.tokens);
		for (let t = 0; t < this.inlineQueue.length; t++) {
			let n = this.inlineQueue[t];
			this.state.inRawBlock = !1, this.inlineTokens(n.src, n.tokens);
		}
		return this.inlineQueue = [], this.tokens;
	}
	blockTokens(e, t = [], n = !1) {
		this.tokenizer.lexer = this;
		let r = this.state.lastToken;
		this.options.pedantic && (e = e.replace(O$1.tabCharGlobal, "    ").replace(O$1.spaceLine, ""));
		let s = 1 / 0, o, i = this.options.gfm && !this.options.pedantic && this.tokenizer.paragraph === _$1.prototype.paragraph;
		for (; e;) {
			if (e.length < s) s = e.length;
			else {
				this.infiniteLoopError(e.charCodeAt(0));
				break;
			}
			this.state.lastToken = t.at(-1);
			let a;
			if (this.options.extensions?.block?.some((u) => (a = u.call({ lexer: this }, e, t)) ? (e = e.substring(a.raw.length), t.push(a), !0) : !1)) continue;
			if (a = this.tokenizer.space(e)) {
				e = e.substring(a.raw.length);
				let u = t.at(-1);
				a.raw.length === 1 && u !== void 0 ? u.raw += `
` : t.push(a);
				continue;
			}
			if (a = this.tokenizer.code(e)) {
				e = e.substring(a.raw.length);
				let u = t.at(-1);
				u?.type === "paragraph" || u?.type === "text" ? (u.raw += (u.raw.endsWith(`
`) ? "" : `
`) + a.raw, u.text += `
` + a.text, this.inlineQueue.at(-1).src = u.text) : t.push(a);
				continue;
			}
			if (a = this.tokenizer.fences(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.heading(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.hr(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.blockquote(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.list(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.html(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.def(e)) {
				e = e.substring(a.raw.length);
				let u = t.at(-1);
				u?.type === "paragraph" || u?.type === "text" ? (u.raw += (u.raw.endsWith(`
`) ? "" : `
`) + a.raw, u.text += `
` + a.raw, this.inlineQueue.at(-1).src = u.text) : (this.tokens.links[a.tag] || (this.tokens.links[a.tag] = {
					href: a.href,
					title: a.title
				}), t.push(a));
				continue;
			}
			if (a = this.tokenizer.table(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			if (a = this.tokenizer.lheading(e)) {
				e = e.substring(a.raw.length), t.push(a);
				continue;
			}
			let c = e;
			if (this.options.extensions?.startBlock) {
				let u = 1 / 0, d = e.slice(1), h;
				this.options.extensions.startBlock.forEach((p) => {
					h = p.call({ lexer: this }, d), typeof h == "number" && h >= 0 && (u = Math.min(u, h));
				}), u < 1 / 0 && u >= 0 && (c = e.substring(0, u + 1));
			}
			if (this.state.top && (a = this.tokenizer.paragraph(c))) {
				let u = t.at(-1);
				(n || u === o && i) && u?.type === "paragraph" ? (u.raw += (u.raw.endsWith(`
`) ? "" : `
`) + a.raw, u.text += `
` + a.text, this.inlineQueue.pop(), this.inlineQueue.at(-1).src = u.text, o = u) : (t.push(a), o = a), n = c.length !== e.length, e = e.substring(a.raw.length);
				continue;
			}
			if (a = this.tokenizer.text(e)) {
				e = e.substring(a.raw.length);
				let u = t.at(-1);
				u?.type === "text" ? (u.raw += (u.raw.endsWith(`
`) ? "" : `
`) + a.raw, u.text += `
` + a.text, this.inlineQueue.pop(), this.inlineQueue.at(-1).src = u.text) : t.push(a);
				continue;
			}
			if (e) {
				this.infiniteLoopError(e.charCodeAt(0));
				break;
			}
		}
		return this.state.top = !0, this.state.lastToken = r, t;
	}
	inline(e, t = []) {
		return this.inlineQueue.push({
			src: e,
			tokens: t
		}), t;
	}
	linkInText(e) {
		if (!e.includes("[")) return !1;
		let t = this.tokenizer.rules.inline.link;
		for (let n of e.matchAll(this.tokenizer.rules.inline.blockSkip)) if (t.test(n[0]) && e.charAt(n.index - 1) !== "!") return !0;
		for (let n of e.matchAll(this.tokenizer.rules.inline.reflinkSearch)) {
			let r = n[0], s = r.lastIndexOf("[");
			if (!(r.charAt(0) === "!" || !Object.hasOwn(this.tokens.links, W$1(r.slice(s + 1, -1)))) && !(s > 1 && this.linkInText(r.slice(1, s - 1)))) return !0;
		}
		return !1;
	}
	inlineTokens(e, t = []) {
		this.tokenizer.lexer = this;
		let n = this.state.linkParenPossible;
		this.state.linkParenPossible = e.includes(")");
		try {
			return this.#t(e, t);
		} finally {
			this.state.linkParenPossible = n;
		}
	}
	#t(e, t) {
		let n = e.includes("*") || e.includes("_") || e.includes("~"), r = n || this.options.hooks?.emStrongMask || this.tokenizer.emStrong !== _$1.prototype.emStrong || this.tokenizer.del !== _$1.prototype.del ? this.#r(e) : e;
		if (!n) return this.#e(e, r, t);
		qe(this.tokenizer, r);
		try {
			return this.#e(e, r, t);
		} finally {
			ve(this.tokenizer);
		}
	}
	#e(e, t, n) {
		let r = !1, s = "", o = 1 / 0;
		for (; e;) {
			if (e.length < o) o = e.length;
			else {
				this.infiniteLoopError(e.charCodeAt(0));
				break;
			}
			r || (s = ""), r = !1;
			let i;
			if (this.options.extensions?.inline?.some((u) => (i = u.call({ lexer: this }, e, n)) ? (e = e.substring(i.raw.length), n.push(i), !0) : !1)) continue;
			if (i = this.tokenizer.escape(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.tag(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.link(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.reflink(e, this.tokens.links)) {
				e = e.substring(i.raw.length);
				let u = n.at(-1);
				i.type === "text" && u?.type === "text" ? (u.raw += i.raw, u.text += i.text) : n.push(i);
				continue;
			}
			let a = e[0];
			if (a === "*" || a === "_") {
				let u = t.length - e.length;
				if (oe$1(this.tokenizer, t, a) <= u) {
					let h = 1;
					for (; h < e.length && e.charCodeAt(h) === a.charCodeAt(0);) h++;
					let p = e.substring(0, h), k = n.at(-1);
					k?.type === "text" && !k.escaped ? (k.raw += p, k.text += p) : n.push({
						type: "text",
						raw: p,
						text: p,
						escaped: !1
					}), e = e.substring(h), s = a, r = !0;
					continue;
				}
			} else if (a === "~") {
				let u = t.length - e.length;
				if (ae$1(this.tokenizer, t) <= u) {
					let h = 1;
					for (; h < e.length && e.charCodeAt(h) === 126;) h++;
					let p = e.substring(0, h), k = n.at(-1);
					k?.type === "text" && !k.escaped ? (k.raw += p, k.text += p) : n.push({
						type: "text",
						raw: p,
						text: p,
						escaped: !1
					}), e = e.substring(h), s = a, r = !0;
					continue;
				}
			}
			if (i = this.tokenizer.emStrong(e, t, s)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.codespan(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.br(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.del(e, t, s)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (i = this.tokenizer.autolink(e)) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			if (!this.state.inLink && (i = this.tokenizer.url(e))) {
				e = e.substring(i.raw.length), n.push(i);
				continue;
			}
			let c = e;
			if (this.options.extensions?.startInline) {
				let u = 1 / 0, d = e.slice(1), h;
				this.options.extensions.startInline.forEach((p) => {
					h = p.call({ lexer: this }, d), typeof h == "number" && h >= 0 && (u = Math.min(u, h));
				}), u < 1 / 0 && u >= 0 && (c = e.substring(0, u + 1));
			}
			if (i = this.tokenizer.inlineText(c)) {
				e = e.substring(i.raw.length), i.raw.slice(-1) !== "_" && (s = i.raw.slice(-1)), r = !0;
				let u = n.at(-1);
				u?.type === "text" ? (u.raw += i.raw, u.text += i.text) : n.push(i);
				continue;
			}
			if (e) {
				this.infiniteLoopError(e.charCodeAt(0));
				break;
			}
		}
		return n;
	}
	#n(e) {
		let { blockSkip: t, tag: n, autolink: r } = this.tokenizer.rules.inline, s = "", o = 0, i;
		for (t.lastIndex = 0; i = t.exec(e);) {
			let a = i.index + (i[2] ? i[2].length : 0), c = i.index + i[0].length;
			if (e.charAt(a) === "<") {
				let u = e.slice(a), d = n.exec(u) || r.exec(u);
				if (!d) {
					t.lastIndex = a + 1;
					continue;
				}
				c = a + d[0].length, t.lastIndex = c;
			}
			s += e.slice(o, a) + "[" + "a".repeat(c - a - 2) + "]", o = c;
		}
		return s + e.slice(o);
	}
	#r(e) {
		let t = e;
		if (this.tokens.links && e.includes("[")) {
			let n = this.tokenizer.rules.inline.reflinkSearch, r = (s) => {
				let o = s.lastIndexOf("[");
				if (!Object.hasOwn(this.tokens.links, W$1(s.slice(o + 1, -1)))) return s;
				if (o > 1 && s.charAt(0) !== "!") {
					let i = s.slice(1, o - 1);
					if (this.linkInText(i)) return "[" + i.replace(n, r) + "][" + "a".repeat(s.length - o - 2) + "]";
				}
				return "[" + "a".repeat(s.length - 2) + "]";
			};
			t = t.replace(n, r);
		}
		return t = t.replace(this.tokenizer.rules.inline.anyPunctuationOutsideCode, (n, r, s) => s ? "+".repeat(n.length) : r ? r + n.slice(r.length, -r.length).replace(/`/g, "+") + r : n), t = this.#n(t), t = this.options.hooks?.emStrongMask?.call({ lexer: this }, t) ?? t, t;
	}
	infiniteLoopError(e) {
		let t = "Infinite loop on byte: " + e;
		if (this.options.silent) console.error(t);
		else throw new Error(t);
	}
};
var I$1 = class {
	options;
	parser;
	constructor(e) {
		this.options = e || S;
	}
	space(e) {
		return "";
	}
	code({ text: e, lang: t, escaped: n }) {
		let r = (t || "").match(O$1.notSpaceStart)?.[0], s = e ? e.replace(O$1.endingNewline, "") + `
` : "";
		return r ? "<pre><code class=\"language-" + y$1(r) + "\">" + (n ? s : y$1(s, !0)) + `</code></pre>
` : "<pre><code>" + (n ? s : y$1(s, !0)) + `</code></pre>
`;
	}
	blockquote({ tokens: e }) {
		return `<blockquote>
${this.parser.parse(e)}</blockquote>
`;
	}
	html({ text: e }) {
		return e;
	}
	def(e) {
		return "";
	}
	heading({ tokens: e, depth: t }) {
		return `<h${t}>${this.parser.parseInline(e)}</h${t}>
`;
	}
	hr(e) {
		return `<hr>
`;
	}
	list(e) {
		let t = e.ordered, n = e.start, r = "";
		for (let i = 0; i < e.items.length; i++) {
			let a = e.items[i];
			r += this.listitem(a);
		}
		let s = t ? "ol" : "ul", o = t && n !== 1 ? " start=\"" + n + "\"" : "";
		return "<" + s + o + `>
` + r + "</" + s + `>
`;
	}
	listitem(e) {
		return `<li>${this.parser.parse(e.tokens)}</li>
`;
	}
	checkbox({ checked: e }) {
		return "<input " + (e ? "checked=\"\" " : "") + "disabled=\"\" type=\"checkbox\"> ";
	}
	paragraph({ tokens: e }) {
		return `<p>${this.parser.parseInline(e)}</p>
`;
	}
	table(e) {
		let t = "", n = "";
		for (let s = 0; s < e.header.length; s++) n += this.tablecell(e.header[s]);
		t += this.tablerow({ text: n });
		let r = "";
		for (let s = 0; s < e.rows.length; s++) {
			let o = e.rows[s];
			n = "";
			for (let i = 0; i < o.length; i++) n += this.tablecell(o[i]);
			r += this.tablerow({ text: n });
		}
		return r && (r = `<tbody>${r}</tbody>`), `<table>
<thead>
` + t + `</thead>
` + r + `</table>
`;
	}
	tablerow({ text: e }) {
		return `<tr>
${e}</tr>
`;
	}
	tablecell(e) {
		let t = this.parser.parseInline(e.tokens), n = e.header ? "th" : "td";
		return (e.align ? `<${n} align="${e.align}">` : `<${n}>`) + t + `</${n}>
`;
	}
	strong({ tokens: e }) {
		return `<strong>${this.parser.parseInline(e)}</strong>`;
	}
	em({ tokens: e }) {
		return `<em>${this.parser.parseInline(e)}</em>`;
	}
	codespan({ text: e }) {
		return `<code>${y$1(e, !0)}</code>`;
	}
	br(e) {
		return "<br>";
	}
	del({ tokens: e }) {
		return `<del>${this.parser.parseInline(e)}</del>`;
	}
	link({ href: e, title: t, text: n, tokens: r, autolink: s }) {
		let o = s ? y$1(n, !0) : this.parser.parseInline(r), i = xe(e);
		if (i === null) return o;
		e = y$1(i, s);
		let a = "<a href=\"" + e + "\"";
		return t && (a += " title=\"" + y$1(t) + "\""), a += ">" + o + "</a>", a;
	}
	image({ href: e, title: t, text: n, tokens: r }) {
		r && (n = this.parser.parseInline(r, this.parser.textRenderer));
		let s = xe(e);
		if (s === null) return y$1(n);
		e = s;
		let o = `<img src="${y$1(e)}" alt="${y$1(n)}"`;
		return t && (o += ` title="${y$1(t)}"`), o += ">", o;
	}
	text(e) {
		return "tokens" in e && e.tokens ? this.parser.parseInline(e.tokens) : "escaped" in e && e.escaped ? e.text : y$1(e.text);
	}
};
var z$1 = class {
	parser;
	strong({ text: e, tokens: t }) {
		return t ? this.parser.parseInline(t, this) : e;
	}
	em({ text: e, tokens: t }) {
		return t ? this.parser.parseInline(t, this) : e;
	}
	codespan({ text: e }) {
		return e;
	}
	del({ text: e, tokens: t }) {
		return t ? this.parser.parseInline(t, this) : e;
	}
	html({ text: e }) {
		return e;
	}
	text({ text: e }) {
		return e;
	}
	link({ text: e, tokens: t }) {
		return t ? this.parser.parseInline(t, this) : e;
	}
	image({ text: e, tokens: t }) {
		return t ? this.parser.parseInline(t, this) : e;
	}
	br() {
		return `
`;
	}
	checkbox({ raw: e }) {
		return e;
	}
};
var P$1 = class l {
	options;
	renderer;
	textRenderer;
	constructor(e) {
		this.options = e || S, this.options.renderer = this.options.renderer || new I$1(), this.renderer = this.options.renderer, this.renderer.options = this.options, this.renderer.parser = this, this.textRenderer = new z$1(), this.textRenderer.parser = this;
	}
	static parse(e, t) {
		return new l(t).parse(e);
	}
	static parseInline(e, t) {
		return new l(t).parseInline(e);
	}
	parse(e) {
		this.renderer.parser = this;
		let t = "";
		for (let n = 0; n < e.length; n++) {
			let r = e[n];
			if (this.options.extensions?.renderers?.[r.type]) {
				let o = r, i = this.options.extensions.renderers[o.type].call({ parser: this }, o);
				if (i !== !1 || ![
					"space",
					"hr",
					"heading",
					"code",
					"table",
					"blockquote",
					"list",
					"checkbox",
					"html",
					"def",
					"paragraph",
					"text"
				].includes(o.type)) {
					t += i === !1 ? "" : i ?? "";
					continue;
				}
			}
			let s = r;
			switch (s.type) {
				case "space":
					t += this.renderer.space(s);
					break;
				case "hr":
					t += this.renderer.hr(s);
					break;
				case "heading":
					t += this.renderer.heading(s);
					break;
				case "code":
					t += this.renderer.code(s);
					break;
				case "table":
					t += this.renderer.table(s);
					break;
				case "blockquote":
					t += this.renderer.blockquote(s);
					break;
				case "list":
					t += this.renderer.list(s);
					break;
				case "checkbox":
					t += this.renderer.checkbox(s);
					break;
				case "html":
					t += this.renderer.html(s);
					break;
				case "def":
					t += this.renderer.def(s);
					break;
				case "paragraph":
					t += this.renderer.paragraph(s);
					break;
				case "text":
					t += this.renderer.text(s);
					break;
				default: {
					let o = "Token with \"" + s.type + "\" type was not found.";
					if (this.options.silent) return console.error(o), "";
					throw new Error(o);
				}
			}
		}
		return t;
	}
	parseInline(e, t = this.renderer) {
		this.renderer.parser = this;
		let n = "";
		for (let r = 0; r < e.length; r++) {
			let s = e[r];
			if (this.options.extensions?.renderers?.[s.type]) {
				let i = this.options.extensions.renderers[s.type].call({ parser: this }, s);
				if (i !== !1 || ![
					"escape",
					"html",
					"link",
					"image",
					"checkbox",
					"strong",
					"em",
					"codespan",
					"br",
					"del",
					"text"
				].includes(s.type)) {
					n += i === !1 ? "" : i ?? "";
					continue;
				}
			}
			let o = s;
			switch (o.type) {
				case "escape":
					n += t.text(o);
					break;
				case "html":
					n += t.html(o);
					break;
				case "link":
					n += t.link(o);
					break;
				case "image":
					n += t.image(o);
					break;
				case "checkbox":
					n += t.checkbox(o);
					break;
				case "strong":
					n += t.strong(o);
					break;
				case "em":
					n += t.em(o);
					break;
				case "codespan":
					n += t.codespan(o);
					break;
				case "br":
					n += t.br(o);
					break;
				case "del":
					n += t.del(o);
					break;
				case "text":
					n += t.text(o);
					break;
				default: {
					let i = "Token with \"" + o.type + "\" type was not found.";
					if (this.options.silent) return console.error(i), "";
					throw new Error(i);
				}
			}
		}
		return n;
	}
};
var A$1 = class {
	options;
	block;
	constructor(e) {
		this.options = e || S;
	}
	static passThroughHooks = new Set([
		"preprocess",
		"postprocess",
		"processAllTokens",
		"emStrongMask"
	]);
	static passThroughHooksRespectAsync = new Set([
		"preprocess",
		"postprocess",
		"processAllTokens"
	]);
	preprocess(e) {
		return e;
	}
	postprocess(e) {
		return e;
	}
	processAllTokens(e) {
		return e;
	}
	emStrongMask(e) {
		return e;
	}
	provideLexer(e = this.block) {
		return e ? w$1.lex : w$1.lexInline;
	}
	provideParser(e = this.block) {
		return e ? P$1.parse : P$1.parseInline;
	}
};
function M$1(l, e) {
	if (Array.isArray(e)) for (let t = 0; t < e.length; t++) l.push(e[t]);
	else l.push(e);
}
var ne$1 = class {
	defaults = G();
	options = this.setOptions;
	parse = this.parseMarkdown(!0);
	parseInline = this.parseMarkdown(!1);
	Parser = P$1;
	Renderer = I$1;
	TextRenderer = z$1;
	Lexer = w$1;
	Tokenizer = _$1;
	Hooks = A$1;
	constructor(...e) {
		this.use(...e);
	}
	walkTokens(e, t) {
		let n = [];
		for (let r of e) switch (M$1(n, t.call(this, r)), r.type) {
			case "table": {
				let s = r;
				for (let o of s.header) M$1(n, this.walkTokens(o.tokens, t));
				for (let o of s.rows) for (let i of o) M$1(n, this.walkTokens(i.tokens, t));
				break;
			}
			case "list": {
				let s = r;
				M$1(n, this.walkTokens(s.items, t));
				break;
			}
			default: {
				let s = r;
				this.defaults.extensions?.childTokens?.[s.type] ? this.defaults.extensions.childTokens[s.type].forEach((o) => {
					let i = s[o].flat(1 / 0);
					M$1(n, this.walkTokens(i, t));
				}) : s.tokens && M$1(n, this.walkTokens(s.tokens, t));
			}
		}
		return n;
	}
	use(...e) {
		let t = this.defaults.extensions || {
			renderers: Object.create(null),
			childTokens: Object.create(null)
		};
		return e.forEach((n) => {
			let r = { ...n };
			if (r.async = this.defaults.async || r.async || !1, n.extensions && (n.extensions.forEach((s) => {
				if (!s.name) throw new Error("extension name required");
				if ("renderer" in s) {
					let o = t.renderers[s.name];
					o ? t.renderers[s.name] = function(...i) {
						let a = s.renderer.apply(this, i);
						return a === !1 && (a = o.apply(this, i)), a;
					} : t.renderers[s.name] = s.renderer;
				}
				if ("tokenizer" in s) {
					if (!s.level || s.level !== "block" && s.level !== "inline") throw new Error("extension level must be 'block' or 'inline'");
					let o = t[s.level];
					o ? o.unshift(s.tokenizer) : t[s.level] = [s.tokenizer], s.start && (s.level === "block" ? t.startBlock ? t.startBlock.push(s.start) : t.startBlock = [s.start] : s.level === "inline" && (t.startInline ? t.startInline.push(s.start) : t.startInline = [s.start]));
				}
				"childTokens" in s && s.childTokens && (t.childTokens[s.name] = s.childTokens);
			}), r.extensions = t), n.renderer) {
				let s = this.defaults.renderer || new I$1(this.defaults);
				for (let o in n.renderer) {
					if (!(o in s)) throw new Error(`renderer '${o}' does not exist`);
					if (["options", "parser"].includes(o)) continue;
					let i = o, a = n.renderer[i], c = s[i];
					s[i] = (...u) => {
						let d = a.apply(s, u);
						return d === !1 && (d = c.apply(s, u)), d === !1 ? "" : d ?? "";
					};
				}
				r.renderer = s;
			}
			if (n.tokenizer) {
				let s = this.defaults.tokenizer || new _$1(this.defaults);
				for (let o in n.tokenizer) {
					if (!(o in s)) throw new Error(`tokenizer '${o}' does not exist`);
					if ([
						"options",
						"rules",
						"lexer"
					].includes(o)) continue;
					let i = o, a = n.tokenizer[i], c = s[i];
					s[i] = (...u) => {
						let d = a.apply(s, u);
						return d === !1 && (d = c.apply(s, u)), d;
					};
				}
				r.tokenizer = s;
			}
			if (n.hooks) {
				let s = this.defaults.hooks || new A$1();
				for (let o in n.hooks) {
					if (!(o in s)) throw new Error(`hook '${o}' does not exist`);
					if (["options", "block"].includes(o)) continue;
					let i = o, a = n.hooks[i], c = s[i];
					A$1.passThroughHooks.has(o) ? s[i] = (u) => {
						if (s.options.async && A$1.passThroughHooksRespectAsync.has(o)) return (async () => {
							let h = await a.call(s, u);
							return c.call(s, h);
						})();
						let d = a.call(s, u);
						return c.call(s, d);
					} : s[i] = (...u) => {
						if (s.options.async) return (async () => {
							let h = await a.apply(s, u);
							return h === !1 && (h = await c.apply(s, u)), h;
						})();
						let d = a.apply(s, u);
						return d === !1 && (d = c.apply(s, u)), d;
					};
				}
				r.hooks = s;
			}
			if (n.walkTokens) {
				let s = this.defaults.walkTokens, o = n.walkTokens;
				r.walkTokens = function(i) {
					let a = [];
					return M$1(a, o.call(this, i)), s && M$1(a, s.call(this, i)), a;
				};
			}
			this.defaults = {
				...this.defaults,
				...r
			};
		}), this;
	}
	setOptions(e) {
		return this.defaults = {
			...this.defaults,
			...e
		}, this;
	}
	lexer(e, t) {
		return w$1.lex(e, t ?? this.defaults);
	}
	parser(e, t) {
		return P$1.parse(e, t ?? this.defaults);
	}
	parseMarkdown(e) {
		return (n, r) => {
			let s = { ...r }, o = {
				...this.defaults,
				...s
			}, i = this.onError(!!o.silent, !!o.async);
			if (this.defaults.async === !0 && s.async === !1) return i(new Error("marked(): The async option was set to true by an extension. Remove async: false from the parse options object to return a Promise."));
			if (typeof n > "u" || n === null) return i(new Error("marked(): input parameter is undefined or null"));
			if (typeof n != "string") return i(new Error("marked(): input parameter is of type " + Object.prototype.toString.call(n) + ", string expected"));
			if (o.hooks && (o.hooks.options = o, o.hooks.block = e), o.async) return (async () => {
				let a = o.hooks ? await o.hooks.preprocess(n) : n, u = await (o.hooks ? await o.hooks.provideLexer(e) : e ? w$1.lex : w$1.lexInline)(a, o), d = o.hooks ? await o.hooks.processAllTokens(u) : u;
				o.walkTokens && await Promise.all(this.walkTokens(d, o.walkTokens));
				let p = await (o.hooks ? await o.hooks.provideParser(e) : e ? P$1.parse : P$1.parseInline)(d, o);
				return o.hooks ? await o.hooks.postprocess(p) : p;
			})().catch(i);
			try {
				o.hooks && (n = o.hooks.preprocess(n));
				let c = (o.hooks ? o.hooks.provideLexer(e) : e ? w$1.lex : w$1.lexInline)(n, o);
				o.hooks && (c = o.hooks.processAllTokens(c)), o.walkTokens && this.walkTokens(c, o.walkTokens);
				let d = (o.hooks ? o.hooks.provideParser(e) : e ? P$1.parse : P$1.parseInline)(c, o);
				return o.hooks && (d = o.hooks.postprocess(d)), d;
			} catch (a) {
				return i(a);
			}
		};
	}
	onError(e, t) {
		return (n) => {
			if (n.message += `
Please report this to https://github.com/markedjs/marked.`, e) {
				let r = "<p>An error occurred:</p><pre>" + y$1(n.message + "", !0) + "</pre>";
				return t ? Promise.resolve(r) : r;
			}
			if (t) return Promise.reject(n);
			throw n;
		};
	}
};
var v$1 = new ne$1();
function x$1(l, e) {
	return v$1.parse(l, e);
}
x$1.options = x$1.setOptions = function(l) {
	return v$1.setOptions(l), x$1.defaults = v$1.defaults, ue$1(x$1.defaults), x$1;
};
x$1.getDefaults = G;
x$1.defaults = S;
function jt(...l) {
	return v$1.use(...l), x$1.defaults = v$1.defaults, ue$1(x$1.defaults), x$1;
}
x$1.use = jt;
x$1.walkTokens = function(l, e) {
	return v$1.walkTokens(l, e);
};
x$1.parseInline = v$1.parseInline;
x$1.Parser = P$1;
x$1.parser = P$1.parse;
x$1.Renderer = I$1;
x$1.TextRenderer = z$1;
x$1.Lexer = w$1;
x$1.lexer = w$1.lex;
x$1.Tokenizer = _$1;
x$1.Hooks = A$1;
x$1.parse = x$1;
x$1.options;
x$1.setOptions;
x$1.walkTokens;
x$1.parseInline;
P$1.parse;
w$1.lex;
// node_modules/remend/dist/index.js
var En = Object.defineProperty;
var Sn = Object.defineProperties;
var On = Object.getOwnPropertyDescriptors;
var w = Object.getOwnPropertySymbols;
var Tn = Object.prototype.hasOwnProperty;
var Mn = Object.prototype.propertyIsEnumerable;
var F = (n, e, r) => e in n ? En(n, e, {
	enumerable: true,
	configurable: true,
	writable: true,
	value: r
}) : n[e] = r;
var L = (n, e) => {
	for (var r in e || (e = {})) Tn.call(e, r) && F(n, r, e[r]);
	if (w) for (var r of w(e)) Mn.call(e, r) && F(n, r, e[r]);
	return n;
};
var P = (n, e) => Sn(n, On(e));
var c = {
	PROSE: 0,
	FENCE_MARKER: 1,
	FENCE_INFO: 2,
	FENCE_BODY: 3,
	CODE_SPAN: 4,
	CODE_SPAN_OPEN: 5
};
var Cn = /^(`{3,}|~{3,})(.*)$/;
var Ln = (n) => n !== void 0 && n >= "0" && n <= "9";
var Pn = (n, e) => {
	let r = e;
	if (n[r] === "-" || n[r] === "*" || n[r] === "+") r += 1;
	else {
		for (; Ln(n[r]) && r - e < 9;) r += 1;
		if (r === e || n[r] !== "." && n[r] !== ")") return -1;
		r += 1;
	}
	return n[r] === " " ? r + 1 : -1;
};
var _n = (n, e, r) => {
	let t = 0, i = e, o = false, s = e;
	for (;;) {
		for (; s < r && n[s] === " ";) s += 1;
		if (n[s] === ">") {
			t += 1, s += n[s + 1] === " " ? 2 : 1, i = s, o = false;
			continue;
		}
		let l = s < r ? Pn(n, s) : -1;
		if (l === -1) return {
			contentStart: s,
			listIndent: o ? s - i : 0,
			quoteDepth: t
		};
		s = l, o = true;
	}
};
var Rn = (n, e, r, t) => {
	let i = e;
	for (let o = 0; o < t; o += 1) {
		for (; i < r && n[i] === " ";) i += 1;
		if (n[i] !== ">") return -1;
		i += 1, n[i] === " " && (i += 1);
	}
	return i;
};
var Nn = (n, e, r, t, i) => {
	let o = e + t;
	n.fill(c.FENCE_MARKER, o, o + i), n.fill(c.FENCE_INFO, o + i, Math.min(r + 1, n.length));
};
var yn = (n, e, r, t) => {
	let i = e;
	for (; i < r && n[i] === " ";) i += 1;
	let o = 0;
	for (; i < r && n[i] === t.char;) i += 1, o += 1;
	if (o < t.length) return false;
	for (; i < r;) {
		if (n[i] !== " " && n[i] !== "	" && n[i] !== "\r") return false;
		i += 1;
	}
	return true;
};
var $n = (n, e, r, t) => {
	let i = t > r && n[t - 1] === "\r" ? t - 1 : t, o = _n(n, r, i), s = n.slice(o.contentStart, i).match(Cn);
	if (!s) return null;
	let [, l, a] = s, u = l[0];
	return u === "`" && a.includes("`") ? null : (Nn(e, r, t, o.contentStart - r, l.length), {
		char: u,
		length: l.length,
		listIndent: o.listIndent,
		quoteDepth: o.quoteDepth
	});
};
var Un = (n, e, r, t) => {
	let i = Rn(n, e, r, t.quoteDepth);
	if (i === -1 || t.listIndent === 0) return i;
	let o = i;
	for (; o < r && n[o] === " ";) o += 1;
	return o === r || n[o] === "\r" && o + 1 === r || o - i >= t.listIndent ? i : -1;
};
var Dn = (n, e) => {
	let r = n.length, t = null, i = 0;
	for (; i < r;) {
		let o = n.indexOf(`
`, i);
		o === -1 && (o = r);
		let s = t ? Un(n, i, o, t) : -1;
		t && s === -1 && (t = null), t ? yn(n, s, o, t) ? (e.fill(c.FENCE_MARKER, i, o), t = null) : e.fill(c.FENCE_BODY, i, Math.min(o + 1, r)) : t = $n(n, e, i, o), i = o + 1;
	}
	return t;
};
var W = (n, e) => {
	let r = e + 1;
	for (; r < n.length && n[r] === "`";) r += 1;
	return r;
};
var Bn = (n, e) => {
	let r = e + 1;
	for (; r < n.length && (n[r] === " " || n[r] === "	" || n[r] === "\r");) r += 1;
	return r < n.length && n[r] === `
`;
};
var wn = (n, e, r) => {
	let t = r;
	for (;;) {
		let i = n.indexOf("`", t);
		if (i === -1) return -1;
		let o = i > t && n[i - 1] === "\\" && e[i - 1] === c.PROSE;
		if (e[i] === c.PROSE && !o) return i;
		t = i + 1;
	}
};
var Fn = (n, e) => {
	let r = n.length, t = -1, i = 0, o = 0;
	for (; o < r;) {
		if (t < 0) {
			if (o = wn(n, e, o), o === -1) break;
			let l = W(n, o);
			t = o, i = l - o, o = l;
			continue;
		}
		if (e[o] !== c.PROSE) {
			e.fill(c.CODE_SPAN_OPEN, t, o), t = -1, o += 1;
			continue;
		}
		if (n[o] === `
` && Bn(n, o)) {
			t = -1, o += 1;
			continue;
		}
		if (n[o] !== "`") {
			o += 1;
			continue;
		}
		let s = W(n, o);
		s - o === i && (e.fill(c.CODE_SPAN, t, s), t = -1), o = s;
	}
	return t >= 0 ? (e.fill(c.CODE_SPAN_OPEN, t, r), {
		start: t,
		runLength: i
	}) : null;
};
var Wn = (n) => {
	let e = new Uint8Array(n.length);
	return {
		text: n,
		regions: e,
		openFence: Dn(n, e),
		openSpan: Fn(n, e),
		mathMask: null,
		linkUrlMask: null,
		htmlTagMask: null
	};
};
var _ = null;
var T = null;
var g = (n) => {
	if (T !== null && n === _) return T;
	let e = Wn(n);
	return _ = n, T = e, e;
};
var K = () => {
	_ = null, T = null;
};
var H = (n, e) => e >= n.regions.length ? n.openFence !== null || n.openSpan !== null : e < 0 ? false : n.regions[e] !== c.PROSE;
var X = (n, e) => n.regions[e] === c.CODE_SPAN;
var I = (n, e) => {
	let r = g(n), t = e + e, i = 0;
	for (let o = n.indexOf(t); o !== -1; o = n.indexOf(t, o)) r.regions[o] === c.PROSE ? (i += 1, o += 2) : o += 1;
	return i;
};
var R = new Uint8Array(0);
var Kn = (n) => n === "inlineLatex" || n === "blockLatex";
var Hn = (n, e) => e === "[" && n === "none" ? "blockLatex" : e === "]" && n === "blockLatex" ? "none" : e === "(" && n === "none" ? "inlineLatex" : e === ")" && n === "inlineLatex" ? "none" : null;
var Gn = (n, e) => e ? n === "blockDollar" ? "none" : "blockDollar" : n === "blockDollar" ? n : n === "inlineDollar" ? "none" : "inlineDollar";
var Xn = (n) => n.includes("$") || n.includes("\\(") || n.includes("\\[");
var Yn = (n, e, r) => {
	let t = n[e + 1];
	if (n[e] === "\\") {
		if (t === "$") return {
			context: r,
			length: 2
		};
		let i = Hn(r, t);
		return i === null ? null : {
			context: i,
			length: 2
		};
	}
	if (n[e] === "$" && !Kn(r)) {
		let i = t === "$";
		return {
			context: Gn(r, i),
			length: i ? 2 : 1
		};
	}
	return null;
};
var qn = (n) => {
	let { text: e, regions: r } = n, t = e.length, i = new Uint8Array(t), o = "none", s = 0;
	for (; s < t;) {
		i[s] = o === "none" ? 0 : 1;
		let l = r[s] === c.PROSE ? Yn(e, s, o) : null;
		if (l === null) {
			s += 1;
			continue;
		}
		o = l.context, l.length === 2 && (i[s + 1] = o === "none" ? 0 : 1), s += l.length;
	}
	return i;
};
var k = (n, e) => e < 0 || e >= n.text.length ? false : (n.mathMask === null && (n.mathMask = Xn(n.text) ? qn(n) : R), n.mathMask[e] === 1);
var vn = (n, e, r, t) => {
	let { text: i, regions: o } = n, s = new Uint8Array(r - e), l = 0;
	for (let u = r - 1; u >= e; u -= 1) i[u] === ")" && o[u] === c.PROSE && (l = 1), s[u - e] = l;
	let a = false;
	for (let u = e; u < r; u += 1) a && s[u - e] === 1 && (t[u] = 1), o[u] === c.PROSE && (i[u] === ")" ? a = false : i[u] === "(" && (a = u > 0 && i[u - 1] === "]"));
};
var zn = (n) => {
	let { text: e } = n, r = e.length, t = new Uint8Array(r), i = 0;
	for (; i < r;) {
		let o = e.indexOf(`
`, i);
		o === -1 && (o = r), vn(n, i, o, t), i = o + 1;
	}
	return t;
};
var A = (n, e) => e < 0 || e >= n.text.length ? false : (n.linkUrlMask === null && (n.linkUrlMask = n.text.includes("](") ? zn(n) : R), n.linkUrlMask[e] === 1);
var Qn = (n) => {
	let { text: e, regions: r } = n, t = e.length, i = new Uint8Array(t), o = false;
	for (let s = 0; s < t; s += 1) {
		if (e[s] === `
`) {
			o = false;
			continue;
		}
		if (i[s] = o ? 1 : 0, r[s] === c.PROSE) {
			if (e[s] === ">") o = false;
			else if (e[s] === "<") {
				let l = e[s + 1];
				o = l !== void 0 && (l >= "a" && l <= "z" || l >= "A" && l <= "Z" || l === "/");
			}
		}
	}
	return i;
};
var M = (n, e) => e < 0 || e >= n.text.length ? false : (n.htmlTagMask === null && (n.htmlTagMask = n.text.includes("<") ? Qn(n) : R), n.htmlTagMask[e] === 1);
var f$1 = (n, e) => H(g(n), e);
var h = (n, e) => X(g(n), e);
var Zn = /^(\s*(?:[-*+]|\d+[.)]) +)>(=?\s*[$]?\d)/gm;
var Y = (n) => !n || typeof n != "string" || !n.includes(">") ? n : n.replace(Zn, (e, r, t, i) => f$1(n, i) ? e : `${r}\\>${t}`);
var p = (n, { delimiter: e, markerLength: r, regex: t }) => {
	let i = n.lastIndexOf(e, n.length - 2), o = i === -1 ? n.length - 1 : i;
	return n.slice(Math.max(0, o - r + 1)).match(t);
};
var q = {
	delimiter: "*",
	markerLength: 2,
	regex: /(\*\*)([^*]*\*?)$/
};
var v = {
	delimiter: "_",
	markerLength: 2,
	regex: /(__)([^_]*?)$/
};
var z = {
	delimiter: "*",
	markerLength: 3,
	regex: /(\*\*\*)([^*]*?)$/
};
var Q = {
	delimiter: "*",
	markerLength: 1,
	regex: /(\*)([^*]*?)$/
};
var Z = {
	delimiter: "_",
	markerLength: 1,
	regex: /(_)([^_]*?)$/
};
var j = {
	delimiter: "~",
	markerLength: 2,
	regex: /(~~)([^~]*?)$/
};
var J = {
	delimiter: "_",
	markerLength: 2,
	regex: /(__)([^_]+)_$/
};
var V = {
	delimiter: "~",
	markerLength: 2,
	regex: /(~~)([^~]+)~$/
};
var b = /^[\s_~*`]*$/;
var N = /^[\s]*[-*+][\s]+$/;
var x = /[\p{L}\p{N}_]/u;
var nn = /^\*{4,}$/;
var m = (n) => {
	if (!n) return false;
	let e = n.charCodeAt(0);
	return e >= 48 && e <= 57 || e >= 65 && e <= 90 || e >= 97 && e <= 122 || e === 95 ? true : x.test(n);
};
var en = (n, e) => {
	let r = 1;
	for (let t = e - 1; t >= 0; t -= 1) if (n[t] === "]") r += 1;
	else if (n[t] === "[" && (r -= 1, r === 0)) return t;
	return -1;
};
var y = (n, e) => {
	let r = 1;
	for (let t = e + 1; t < n.length; t += 1) if (n[t] === "[") r += 1;
	else if (n[t] === "]" && (r -= 1, r === 0)) return t;
	return -1;
};
var $ = (n, e) => k(g(n), e);
var O = (n, e, r) => {
	let t = 0;
	for (let a = e - 1; a >= 0; a -= 1) if (n[a] === `
`) {
		t = a + 1;
		break;
	}
	let i = n.length;
	for (let a = e; a < n.length; a += 1) if (n[a] === `
`) {
		i = a;
		break;
	}
	let o = n.substring(t, i), s = 0, l = false;
	for (let a of o) if (a === r) s += 1;
	else if (a !== " " && a !== "	") {
		l = true;
		break;
	}
	return s >= 3 && !l;
};
var Vn = (n, e, r, t) => r === "\\" || k(n, e) ? true : r !== "*" && t === "*" ? (e < n.text.length - 2 ? n.text[e + 2] : "") !== "*" : r === "*" || (!r || r === " " || r === "	" || r === `
`) && (!t || t === " " || t === "	" || t === `
`);
var C = (n) => n === " " || n === "	" || n === `
`;
var xn = (n, e) => !!(n && e && m(n) && m(e));
var ne = (n, e, r, t) => {
	let i = xn(n, e), o = !!e && !C(e), s = !!n && !C(n);
	return i && r % 2 === 0 && !t ? { count: false } : s && r % 2 === 1 || o ? {
		count: true,
		inWordAsteriskChain: i
	} : { count: false };
};
var on = (n) => {
	let e = g(n), r = 0, t = false, i = n.length;
	for (let o = 0; o < i; o += 1) {
		if (n[o] !== "*" || e.regions[o] !== c.PROSE) {
			m(n[o]) || (t = false);
			continue;
		}
		let s = o > 0 ? n[o - 1] : "", l = o < i - 1 ? n[o + 1] : "";
		if (Vn(e, o, s, l)) continue;
		let a = ne(s, l, r, t);
		a.count && (r += 1, t = a.inWordAsteriskChain);
	}
	return r;
};
var ee = (n, e, r, t) => !!(r === "\\" || k(n, e) || A(n, e) || M(n, e) || r === "_" || t === "_" || r && t && m(r) && m(t));
var re = (n) => {
	let e = g(n), r = 0, t = n.length;
	for (let i = 0; i < t; i += 1) {
		if (n[i] !== "_" || e.regions[i] !== c.PROSE) continue;
		let o = i > 0 ? n[i - 1] : "", s = i < t - 1 ? n[i + 1] : "";
		ee(e, i, o, s) || (r += 1);
	}
	return r;
};
var te = (n) => {
	let e = g(n), r = 0, t = 0;
	for (let i = 0; i < n.length; i += 1) n[i] === "*" && e.regions[i] === c.PROSE ? t += 1 : (t >= 3 && (r += Math.floor(t / 3)), t = 0);
	return t >= 3 && (r += Math.floor(t / 3)), r;
};
var U = (n) => I(n, "*");
var rn = (n) => n === "" || n === " " || n === "	" || n === `
`;
var ie = (n, e, r, t, i) => {
	if (!(rn(r) && rn(t))) return false;
	if (e > i.lineEnd) {
		let o = n.indexOf(`
`, e);
		i.lineEnd = o === -1 ? n.length : o, i.result = O(n, e, "_");
	}
	return i.result;
};
var oe = (n, e, r, t) => {
	let i = n.text, o = e, s = false;
	o > 0 && i[o - 1] === "\\" && (o += 1, s = true);
	let l = r - o;
	if (l < 2) return false;
	let a = o > 0 ? i[o - 1] : "", u = s ? "\\" : a, S = r < i.length ? i[r] : "";
	return m(u) && m(S) || ie(i, o, u, S, t) || k(n, o) || A(n, o) || M(n, o) ? false : Math.floor(l / 2) % 2 === 1;
};
var tn = (n) => {
	let e = g(n), r = n.length, t = {
		lineEnd: -1,
		result: false
	}, i = false, o = 0;
	for (; o < r;) {
		if (n[o] !== "_" || e.regions[o] !== c.PROSE) {
			o += 1;
			continue;
		}
		let s = o, l = o + 1;
		for (; l < r && n[l] === "_" && e.regions[l] === c.PROSE;) l += 1;
		o = l, oe(e, s, l, t) && (i = !i);
	}
	return i;
};
var se = (n, e, r) => {
	if (!e || b.test(e)) return true;
	let i = n.substring(0, r).lastIndexOf(`
`), o = i === -1 ? 0 : i + 1, s = n.substring(o, r);
	return N.test(s) && e.includes(`
`) ? true : O(n, r, "*");
};
var sn = (n) => {
	let e = p(n, q);
	if (!e) return n;
	let r = e[2], t = n.lastIndexOf(e[1]);
	return f$1(n, t) || h(n, t) || se(n, r, t) ? n : U(n) % 2 === 1 ? r.endsWith("*") ? `${n}*` : `${n}**` : n;
};
var le = (n, e, r) => {
	if (!e || b.test(e)) return true;
	let i = n.substring(0, r).lastIndexOf(`
`), o = i === -1 ? 0 : i + 1, s = n.substring(o, r);
	return N.test(s) && e.includes(`
`) ? true : O(n, r, "_");
};
var ln = (n) => {
	let e = p(n, v);
	if (!e) {
		let i = p(n, J);
		if (i) {
			let o = n.lastIndexOf(i[1]);
			if (!(f$1(n, o) || h(n, o)) && tn(n)) return `${n}_`;
		}
		return n;
	}
	let r = e[2], t = n.lastIndexOf(e[1]);
	return f$1(n, t) || h(n, t) || le(n, r, t) ? n : tn(n) ? `${n}__` : n;
};
var ae = (n, e) => {
	let { text: r } = n;
	return r[e] === "*" && n.regions[e] === c.PROSE && r[e - 1] !== "*" && r[e + 1] !== "*" && r[e - 1] !== "\\" && !k(n, e);
};
var ce = (n) => {
	let e = g(n);
	for (let r = n.indexOf("*"); r !== -1; r = n.indexOf("*", r + 1)) {
		if (!ae(e, r)) continue;
		let t = r > 0 ? n[r - 1] : "", i = r < n.length - 1 ? n[r + 1] : "", o = !t || C(t), s = !i || C(i);
		if (!(o && s) && !(t && i && m(t) && m(i)) && !s) return r;
	}
	return -1;
};
var an = (n) => {
	if (!p(n, Q)) return n;
	let r = ce(n);
	if (r === -1 || f$1(n, r) || h(n, r)) return n;
	let t = n.substring(r + 1);
	return !t || b.test(t) ? n : on(n) % 2 === 1 ? `${n}*` : n;
};
var cn = (n) => {
	let e = g(n);
	for (let r = n.indexOf("_"); r !== -1; r = n.indexOf("_", r + 1)) if (e.regions[r] === c.PROSE && n[r - 1] !== "_" && n[r + 1] !== "_" && n[r - 1] !== "\\" && !k(e, r) && !A(e, r)) {
		let t = r > 0 ? n[r - 1] : "", i = r < n.length - 1 ? n[r + 1] : "";
		if (t && i && m(t) && m(i)) continue;
		return r;
	}
	return -1;
};
var ue = (n) => {
	let e = n.length;
	for (; e > 0 && n[e - 1] === `
`;) e -= 1;
	if (e < n.length) return `${n.slice(0, e)}_${n.slice(e)}`;
	return `${n}_`;
};
var fe = (n) => {
	if (!n.endsWith("**")) return null;
	let e = n.slice(0, -2);
	if (U(e) % 2 !== 1) return null;
	let t = e.indexOf("**"), i = cn(e);
	return t !== -1 && i !== -1 && t < i ? `${e}_**` : null;
};
var un = (n) => {
	if (!p(n, Z)) return n;
	let r = cn(n);
	if (r === -1) return n;
	let t = n.substring(r + 1);
	if (!t || b.test(t) || f$1(n, r) || h(n, r)) return n;
	if (re(n) % 2 === 1) {
		let o = fe(n);
		return o !== null ? o : ue(n);
	}
	return n;
};
var ge = (n) => {
	let e = U(n), r = on(n);
	return e % 2 === 0 && r % 2 === 0;
};
var de = (n, e, r) => !e || b.test(e) || f$1(n, r) || h(n, r) ? true : O(n, r, "*");
var fn = (n) => {
	if (nn.test(n)) return n;
	let e = p(n, z);
	if (!e) return n;
	let r = e[2];
	return de(n, r, n.lastIndexOf(e[1])) ? n : te(n) % 2 === 1 ? ge(n) ? n : `${n}***` : n;
};
var me = /<[a-zA-Z/][^>]*$/;
var he = /[a-zA-Z/]/;
var pe = (n) => n.includes("$") || n.includes("\\(") || n.includes("\\[");
var be = (n, e) => {
	let r = n[e + 1];
	return r !== void 0 && he.test(r);
};
var gn = (n) => {
	let e = n.match(me);
	if (!e || e.index === void 0) return n;
	let r = pe(n);
	for (let t = e.index; t < n.length; t += 1) if (!(n[t] !== "<" || !be(n, t)) && !f$1(n, t) && !(r && $(n, t))) return n.substring(0, t).trimEnd();
	return n;
};
var dn = (n) => {
	let e = g(n);
	if (e.openFence) return n;
	let r = e.openSpan;
	if (!r) return n;
	let t = n.slice(r.start + r.runLength);
	if (!t || b.test(t)) return n;
	let i = 0, o = n.length - 1;
	for (; o >= 0 && n[o] === "`";) i += 1, o -= 1;
	return i >= r.runLength ? n : n + "`".repeat(r.runLength - i);
};
var ke = (n) => I(n, "$");
var Ie = (n) => {
	let e = g(n), r = 0;
	for (let t = 0; t < n.length; t += 1) {
		if (n[t] === "\\") {
			t += 1;
			continue;
		}
		e.regions[t] === c.PROSE && n[t] === "$" && (t + 1 < n.length && n[t + 1] === "$" ? t += 1 : r += 1);
	}
	return r;
};
var Ae = (n) => {
	if (n.endsWith("$") && !n.endsWith("$$")) return `${n}$`;
	let e = n.indexOf("$$");
	return e !== -1 && n.indexOf(`
`, e) !== -1 && !n.endsWith(`
`) ? `${n}
$$` : `${n}$$`;
};
var mn = (n) => ke(n) % 2 === 0 ? n : Ae(n);
var hn = (n) => Ie(n) % 2 === 1 ? `${n}$` : n;
var E = "streamdown:incomplete-image";
var Ee = (n, e, r) => {
	if (n.substring(e + 2).includes(")")) return null;
	let i = en(n, e);
	if (i === -1 || f$1(n, i)) return null;
	let o = i > 0 && n[i - 1] === "!", s = o ? i - 1 : i, l = n.substring(0, s), a = n.substring(i + 1, e);
	return o ? `${l}![${a}](${E})` : r === "text-only" ? `${l}${a}` : `${l}[${a}](streamdown:incomplete-link)`;
};
var pn = (n, e) => {
	for (let r = 0; r < e; r++) if (n[r] === "[" && !f$1(n, r)) {
		if (r > 0 && n[r - 1] === "!") continue;
		let t = y(n, r);
		if (t === -1) return r;
		if (t + 1 < n.length && n[t + 1] === "(") {
			let i = n.indexOf(")", t + 2);
			i !== -1 && (r = i);
		}
	}
	return e;
};
var Se = (n, e, r) => {
	let t = e > 0 && n[e - 1] === "!", i = t ? e - 1 : e;
	if (!n.substring(e + 1).includes("]")) {
		let l = n.substring(0, i);
		if (t) return `${l}![${n.substring(e + 1)}](${E})`;
		if (r === "text-only") {
			let a = pn(n, e);
			return n.substring(0, a) + n.substring(a + 1);
		}
		return `${n}](streamdown:incomplete-link)`;
	}
	if (y(n, e) === -1) {
		let l = n.substring(0, i);
		if (t) return `${l}![${n.substring(e + 1)}](${E})`;
		if (r === "text-only") {
			let a = pn(n, e);
			return n.substring(0, a) + n.substring(a + 1);
		}
		return `${n}](streamdown:incomplete-link)`;
	}
	return null;
};
var Oe = (n, e) => {
	let r = n.lastIndexOf("](");
	if (r !== -1 && !f$1(n, r)) {
		let t = Ee(n, r, e);
		if (t !== null) return t;
	}
	for (let t = n.lastIndexOf("["); t !== -1; t = t === 0 ? -1 : n.lastIndexOf("[", t - 1)) if (!f$1(n, t)) {
		let i = Se(n, t, e);
		if (i !== null) return i;
	}
	return n;
};
var Te = 32;
var D = (n, e = "protocol") => {
	let r = n;
	for (let t = 0; t < Te; t += 1) {
		let i = Oe(r, e);
		if (i.length >= r.length) return i;
		r = i;
	}
	return r;
};
var Me = /^-{1,2}$/;
var Ce = /^[\s]*-{1,2}[\s]+$/;
var Le = /^={1,2}$/;
var Pe = /^[\s]*={1,2}[\s]+$/;
var bn = (n) => {
	if (!n || typeof n != "string") return n;
	let e = n.lastIndexOf(`
`);
	if (e === -1) return n;
	let r = n.substring(e + 1), t = n.substring(0, e), i = r.trim();
	if (Me.test(i) && !r.match(Ce)) {
		let s = t.split(`
`).at(-1);
		if (s && s.trim().length > 0) return `${n}\u200B`;
	}
	if (Le.test(i) && !r.match(Pe)) {
		let s = t.split(`
`).at(-1);
		if (s && s.trim().length > 0) return `${n}\u200B`;
	}
	return n;
};
var _e = /([\p{L}\p{N}_])~(?!~)(?=[\p{L}\p{N}_])/gu;
var kn = (n) => !n || typeof n != "string" || !n.includes("~") ? n : n.replace(_e, (e, r, t) => {
	return f$1(n, t + r.length) ? e : `${r}\\~`;
});
var In = (n) => I(n, "~");
var An = (n) => {
	let e = p(n, j);
	if (e) {
		let r = e[2];
		if (!r || b.test(r)) return n;
		let t = n.lastIndexOf(e[1]);
		if (f$1(n, t) || h(n, t)) return n;
		if (In(n) % 2 === 1) return `${n}~~`;
	} else {
		let r = p(n, V);
		if (r) {
			let t = n.lastIndexOf(r[0].slice(0, 2));
			if (f$1(n, t) || h(n, t)) return n;
			if (In(n) % 2 === 1) return `${n}~`;
		}
	}
	return n;
};
var B = (n) => n !== false;
var Re = (n) => n === true;
var d = {
	SINGLE_TILDE: 0,
	COMPARISON_OPERATORS: 5,
	HTML_TAGS: 10,
	SETEXT_HEADINGS: 15,
	LINKS: 20,
	BOLD_ITALIC: 30,
	BOLD: 35,
	ITALIC_DOUBLE_UNDERSCORE: 40,
	ITALIC_SINGLE_ASTERISK: 41,
	ITALIC_SINGLE_UNDERSCORE: 42,
	INLINE_CODE: 50,
	STRIKETHROUGH: 60,
	KATEX: 70,
	INLINE_KATEX: 75,
	DEFAULT: 100
};
var Ne = [
	{
		handler: {
			name: "singleTilde",
			handle: kn,
			priority: d.SINGLE_TILDE
		},
		optionKey: "singleTilde"
	},
	{
		handler: {
			name: "comparisonOperators",
			handle: Y,
			priority: d.COMPARISON_OPERATORS
		},
		optionKey: "comparisonOperators"
	},
	{
		handler: {
			name: "htmlTags",
			handle: gn,
			priority: d.HTML_TAGS
		},
		optionKey: "htmlTags"
	},
	{
		handler: {
			name: "setextHeadings",
			handle: bn,
			priority: d.SETEXT_HEADINGS
		},
		optionKey: "setextHeadings"
	},
	{
		handler: {
			name: "links",
			handle: D,
			priority: d.LINKS
		},
		optionKey: "links",
		earlyReturn: (n) => n.endsWith("](streamdown:incomplete-link)") || n.endsWith(`](streamdown:incomplete-image)`)
	},
	{
		handler: {
			name: "boldItalic",
			handle: fn,
			priority: d.BOLD_ITALIC
		},
		optionKey: "boldItalic"
	},
	{
		handler: {
			name: "bold",
			handle: sn,
			priority: d.BOLD
		},
		optionKey: "bold"
	},
	{
		handler: {
			name: "italicDoubleUnderscore",
			handle: ln,
			priority: d.ITALIC_DOUBLE_UNDERSCORE
		},
		optionKey: "italic"
	},
	{
		handler: {
			name: "italicSingleAsterisk",
			handle: an,
			priority: d.ITALIC_SINGLE_ASTERISK
		},
		optionKey: "italic"
	},
	{
		handler: {
			name: "italicSingleUnderscore",
			handle: un,
			priority: d.ITALIC_SINGLE_UNDERSCORE
		},
		optionKey: "italic"
	},
	{
		handler: {
			name: "inlineCode",
			handle: dn,
			priority: d.INLINE_CODE
		},
		optionKey: "inlineCode"
	},
	{
		handler: {
			name: "strikethrough",
			handle: An,
			priority: d.STRIKETHROUGH
		},
		optionKey: "strikethrough"
	},
	{
		handler: {
			name: "katex",
			handle: mn,
			priority: d.KATEX
		},
		optionKey: "katex"
	},
	{
		handler: {
			name: "inlineKatex",
			handle: hn,
			priority: d.INLINE_KATEX
		},
		optionKey: "inlineKatex"
	}
];
var ye = (n) => {
	var r;
	let e = (r = n == null ? void 0 : n.linkMode) != null ? r : "protocol";
	return Ne.filter(({ handler: t, optionKey: i }) => t.name === "links" ? B(n == null ? void 0 : n.links) || B(n == null ? void 0 : n.images) : t.name === "inlineKatex" ? Re(n == null ? void 0 : n.inlineKatex) : B(n == null ? void 0 : n[i])).map(({ handler: t, earlyReturn: i }) => t.name === "links" ? {
		handler: P(L({}, t), { handle: (o) => D(o, e) }),
		earlyReturn: e === "protocol" ? i : void 0
	} : {
		handler: t,
		earlyReturn: i
	});
};
var $e = (n, e) => {
	var s;
	if (!n || typeof n != "string") return n;
	let r = n.endsWith(" ") && !n.endsWith("  ") ? n.slice(0, -1) : n, t = ye(e), i = ((s = e == null ? void 0 : e.handlers) != null ? s : []).map((l) => {
		var a;
		return {
			handler: P(L({}, l), { priority: (a = l.priority) != null ? a : d.DEFAULT }),
			earlyReturn: void 0
		};
	}), o = [...t, ...i].sort((l, a) => {
		var u, S;
		return ((u = l.handler.priority) != null ? u : 0) - ((S = a.handler.priority) != null ? S : 0);
	});
	try {
		for (let { handler: l, earlyReturn: a } of o) if (r = l.handle(r), a != null && a(r)) return r;
		return r.endsWith(" ") && !r.endsWith("  ") ? r.slice(0, -1) : r;
	} finally {
		K();
	}
};
var Or = $e;
// src/markdown/extensions.ts
var CJK_PUNCTUATION = "\\u3000-\\u303f\\uff00-\\uff65\\u2018-\\u201f";
var CJK = `${CJK_PUNCTUATION}\\u3040-\\u30ff\\u3400-\\u9fff`;
function cjkEmphasis(name, marks, tag) {
	const mark = marks.replaceAll("*", "\\*");
	const pattern = new RegExp(`^${mark}(?![\\s*])(${marks === "**" ? "(?:[^*\\n`]|\\*(?!\\*))*?" : "[^*\\n`]*?"}[^\\s*])${mark}(?!\\*)`);
	const punctuation = new RegExp(`^[${CJK_PUNCTUATION}]|[${CJK_PUNCTUATION}]$`);
	return {
		name,
		level: "inline",
		start: (source) => source.indexOf(marks),
		tokenizer(source) {
			const match = pattern.exec(source);
			if (!match?.[1] || !punctuation.test(match[1])) return void 0;
			return {
				type: name,
				raw: match[0],
				tokens: this.lexer.inlineTokens(match[1])
			};
		},
		renderer(token) {
			return `<${tag}>${this.parser.parseInline(token.tokens ?? [])}</${tag}>`;
		}
	};
}
var cjkAddress = {
	name: "cjkAddress",
	level: "inline",
	start: (source) => source.search(/https?:\/\//),
	tokenizer(source) {
		const match = new RegExp(`^https?://[^\\s<>"\`${CJK}]+(?=[${CJK}])`).exec(source);
		return match ? {
			type: "cjkAddress",
			raw: match[0],
			href: match[0]
		} : void 0;
	},
	renderer: (token) => `<a href="${escapeHtml(token.href)}">${escapeHtml(token.raw)}</a>`
};
var renderMath = (token) => {
	const { tex, display } = token;
	return `<code class="math${display ? " display" : ""}">${escapeHtml(tex.trim())}</code>`;
};
var mathBlock = {
	name: "mathBlock",
	level: "block",
	start: (source) => source.search(/^(?:\$\$|\\\[)/m),
	tokenizer(source) {
		const match = /^(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/.exec(source);
		return match ? {
			type: "mathBlock",
			raw: match[0],
			tex: match[1] ?? match[2],
			display: true
		} : void 0;
	},
	renderer: (token) => `<div class="formula" tabindex="0">${renderMath(token)}</div>`
};
var INLINE_MATH = /^(?:\$\$([^\n]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?![\s$])((?:\\.|[^\\\n$])*?[^\s\\$])\$(?![\d$]))/;
var mathInline = {
	name: "mathInline",
	level: "inline",
	start: (source) => source.search(/\$|\\[([]/),
	tokenizer(source) {
		const match = INLINE_MATH.exec(source);
		if (!match) return void 0;
		const display = match[1] ?? match[2];
		return {
			type: "mathInline",
			raw: match[0],
			tex: display ?? match[3] ?? match[4],
			display: display !== void 0
		};
	},
	renderer: renderMath
};
var extensions = [
	cjkEmphasis("cjkStrong", "**", "strong"),
	cjkEmphasis("cjkEmphasis", "*", "em"),
	cjkAddress,
	mathBlock,
	mathInline
];
function escapeHtml(text) {
	return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
// src/markdown/render.ts
var LINES_TO_OPEN = 15;
var OPENS = new Set([
	"html",
	"svg",
	"mermaid",
	"csv",
	"tsv"
]);
var marked = new ne$1({
	gfm: true,
	breaks: true,
	extensions,
	renderer: {
		html: ({ text }) => escapeHtml(text),
		image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
		heading({ tokens, depth }) {
			const level = Math.min(depth + 2, 6);
			return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
		},
		checkbox: ({ checked }) => checked ? "☑ " : "☐ ",
		code({ text, lang }) {
			const language = (lang ?? "").split(/\s/)[0].toLowerCase();
			const open = canOpen(language, text) ? `<button type="button" class="quiet open-code">${escapeHtml(t("code.open"))}</button>` : "";
			return `<div class="code"><div class="code-head"><span class="language">${escapeHtml(language)}</span>${open}<button type="button" class="quiet copy-code">${escapeHtml(t("copy"))}</button></div><pre tabindex="0"><code class="source ${escapeHtml(language)}">${escapeHtml(text)}</code></pre></div>`;
		},
		table(token) {
			const cell = (one, tag) => `<${tag}${one.align ? ` align="${one.align}"` : ""}>${this.parser.parseInline(one.tokens)}</${tag}>`;
			const row = (cells, tag) => `<tr>${cells.map((one) => cell(one, tag)).join("")}</tr>`;
			const body = token.rows.map((cells) => row(cells, "td")).join("");
			return `<div class="table"><div class="scroll" tabindex="0"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div><button type="button" class="quiet copy-table">${escapeHtml(t("copy"))}</button></div>`;
		}
	}
});
function canOpen(language, text) {
	return OPENS.has(language) || text.split("\n").length >= LINES_TO_OPEN;
}
var TAGS = "a b blockquote br button code del div em h3 h4 h5 h6 hr i li ol p pre span strong sub sup table tbody td th thead tr ul";
var ATTRIBUTES = [
	"align",
	"class",
	"href",
	"rel",
	"start",
	"tabindex",
	"target",
	"type"
];
purify_default.addHook("afterSanitizeAttributes", (node) => {
	if (node.tagName === "A") {
		node.setAttribute("target", "_blank");
		node.setAttribute("rel", "noopener noreferrer");
	}
});
function renderBlock(source, growing) {
	return sanitize(marked.parse(growing ? Or(closeMath(source)) : source, { async: false }), TAGS.split(" "), ATTRIBUTES);
}
function sanitizeCode(html) {
	return sanitize(html, ["span"], ["class"]);
}
function sanitize(html, tags, attributes) {
	return purify_default.sanitize(html, {
		ALLOWED_TAGS: tags,
		ALLOWED_ATTR: attributes,
		ALLOW_DATA_ATTR: false,
		RETURN_TRUSTED_TYPE: true
	});
}
function closeMath(source) {
	const open = Math.max(source.lastIndexOf("\\("), source.lastIndexOf("\\["));
	if (open < 0) return source;
	const close = source[open + 1] === "(" ? "\\)" : "\\]";
	return source.indexOf(close, open + 2) < 0 ? source + close : source;
}
// src/artifacts/find.ts
var KINDS = {
	html: "page",
	svg: "picture",
	mermaid: "diagram",
	csv: "table",
	tsv: "table"
};
function artifactOf(language, source) {
	const title = /<title>([^<]{1,80})<\/title>/.exec(source)?.[1]?.trim() ?? "";
	return {
		kind: KINDS[language] ?? "code",
		language,
		source,
		title
	};
}
function artifactsOf(conversation) {
	return branch(conversation).flatMap((turn) => turn.role === "assistant" ? artifactsIn(turn.content) : []);
}
function artifactsIn(text) {
	const found = [];
	marked.walkTokens(marked.lexer(text), (token) => {
		if (token.type !== "code") return;
		const language = String(token.lang ?? "").split(/\s/)[0].toLowerCase();
		if (canOpen(language, token.text)) found.push(artifactOf(language, token.text));
	});
	return found;
}
function frameDocument(artifact) {
	if (artifact.kind === "page") return artifact.source;
	return `<!doctype html><meta charset="utf-8"><style>html,body{height:100%;margin:0;background:#fff}body{display:grid;place-items:center}svg{max-width:100%;max-height:100%}</style>${artifact.source}`;
}
// src/state/view.ts
var USAGE = "#/usage";
var narrow = matchMedia("(max-width: 52rem)");
var view$1 = y$3(location.hash === USAGE ? "usage" : "chat");
var sidebarOpen = y$3(!narrow.matches);
var settingsOpen = y$3(false);
var signInOpen = y$3(false);
var sharing = y$3(null);
var reviewing = y$3(null);
var openArtifact = y$3(null);
function showUsage() {
	view$1.value = "usage";
	if (location.hash !== USAGE) history.pushState(null, "", USAGE);
	if (narrow.matches) sidebarOpen.value = false;
}
function showChat() {
	view$1.value = "chat";
	if (narrow.matches) sidebarOpen.value = false;
}
function followAddress() {
	view$1.value = location.hash === USAGE ? "usage" : "chat";
	const id = addressed();
	if (id) open(id);
}
function openSource(source) {
	const found = artifactsOf(current.value).findLastIndex((one) => one.source.startsWith(source.trimEnd()));
	if (found >= 0) openArtifact.value = found;
}
function focusComposer() {
	document.querySelector("#question")?.focus();
}
function somethingIsOpen() {
	return document.querySelector("dialog[open], :popover-open") !== null;
}
// src/artifacts/table.ts
function readTable(text) {
	const separator = text.split("\n", 1)[0].includes("	") ? "	" : ",";
	const rows = [];
	let row = [];
	let cell = "";
	let quoted = false;
	const source = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
	for (let i = 0; i < source.length; i += 1) {
		const character = source[i];
		if (quoted) {
			if (character !== "\"") cell += character;
			else if (source[i + 1] === "\"") cell += source[i += 1];
			else quoted = false;
		} else if (character === "\"" && !cell) quoted = true;
		else if (character === separator) row = [...row, cell.trim()], cell = "";
		else if (character === "\n") rows.push([...row, cell.trim()]), row = [], cell = "";
		else cell += character;
	}
	rows.push([...row, cell.trim()]);
	const [header = [], ...rest] = rows;
	return {
		header,
		rows: rest.filter((one) => one.some(Boolean))
	};
}
function chartOf({ header, rows }) {
	const columns = header.map((name, i) => ({
		name,
		values: rows.map((row) => numberIn(row[i] ?? ""))
	}));
	const isNumeric = (values) => values.some((one) => one !== null);
	const series = columns.slice(1).filter(({ values }) => isNumeric(values));
	if (series.length && rows.length > 1) return {
		labels: rows.map((row) => row[0] ?? ""),
		series
	};
	const only = columns[0];
	if (columns.length !== 1 || !only || !isNumeric(only.values) || rows.length < 2) return null;
	return {
		labels: rows.map((_, i) => String(i + 1)),
		series: [only]
	};
}
function numberIn(text) {
	const plain = text.replace(/[,%\s$€£¥]/g, "");
	return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : null;
}
// src/markdown/enrich.ts
var COLOUR_WHILE_GROWING = 6e3;
var katex = once(async () => (await __vitePreload(async () => {
	const { default: __vite_default__ } = await import("./math_library.js");
	return { default: __vite_default__ };
}, __vite__mapDeps([0]), import.meta.url)).default);
var highlighter = once(async () => (await __vitePreload(async () => {
	const { default: __vite_default__ } = await import("./colour_library.js");
	return { default: __vite_default__ };
}, [], import.meta.url)).default);
function enrich(element, growing) {
	const formulas = [...element.querySelectorAll("code.math")];
	if (formulas.length) katex.use((library) => formulas.forEach((one) => drawFormula(library, one)));
	const sources = [...element.querySelectorAll("code.source")].filter((one) => one.classList.length > 1 && (!growing || one.textContent.length < COLOUR_WHILE_GROWING));
	if (sources.length) highlighter.use((library) => sources.forEach((one) => colour(library, one)));
}
function drawFormula(library, element) {
	const tex = element.textContent ?? "";
	const holder = document.createElement("span");
	library.render(tex, holder, {
		displayMode: element.classList.contains("display"),
		throwOnError: false
	});
	if (holder.querySelector(".katex-error")) return;
	element.replaceWith(holder);
}
function colour(library, element) {
	const language = element.classList.item(1);
	if (!library.getLanguage(language)) return;
	const html = library.highlight(element.textContent ?? "", {
		language,
		ignoreIllegals: true
	}).value;
	element.innerHTML = sanitizeCode(html);
}
async function coloured(source, language) {
	const library = await highlighter.load();
	if (!library.getLanguage(language)) return null;
	return sanitizeCode(library.highlight(source, {
		language,
		ignoreIllegals: true
	}).value);
}
function once(load) {
	let loading;
	let library;
	const begin = () => loading ??= load().then((one) => library = one);
	return {
		load: begin,
		use(act) {
			if (library) act(library);
			else begin().then(act, () => loading = void 0);
		}
	};
}
// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var f = Symbol.for("pv");
var o = 0;
Array.isArray;
function a(t, e, n, u, a, i) {
	e || (e = {});
	var c, l, p = e;
	if ("ref" in p && "function" != typeof t) for (l in p = {}, e) "ref" == l ? c = e[l] : p[l] = e[l];
	var s = {
		type: t,
		props: p,
		key: n,
		ref: c,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: f,
		__v: --o,
		__i: -1,
		__u: 0
	};
	return (a || i) && (s.__source = a, s.__self = i), n$1.vnode && n$1.vnode(s), s;
}
// src/ui/icons.tsx
function Icon({ children }) {
	return a("svg", {
		class: "icon",
		viewBox: "0 0 20 20",
		"aria-hidden": "true",
		children
	});
}
var icon = (path) => () => a(Icon, { children: a("path", { d: path }) });
var PlusIcon = icon("M10 4v12M4 10h12");
var SendIcon = icon("M10 16V4.5M5 9.25l5-5 5 5");
var CloseIcon = icon("m5 5 10 10M15 5 5 15");
var CheckIcon = icon("m4.5 10.5 3.5 3.5 7.5-8");
var ChevronIcon = icon("m8 5.5 4.5 4.5L8 14.5");
var LeftIcon = icon("M12 5.5 7.5 10l4.5 4.5");
var DownIcon = icon("M10 4v11.5M5 10.5l5 5 5-5");
var PencilIcon = icon("m4 16 .7-3.3 8.6-8.6a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.3 15.3z");
var AgainIcon = icon("M15.7 8.5A6 6 0 1 0 16 11M16 4.5v4h-4");
var ClipIcon = icon("m15.5 9.5-5.7 5.7a3.3 3.3 0 0 1-4.7-4.7l6.2-6.2a2.2 2.2 0 0 1 3.1 3.1l-6.2 6.2a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3");
var ChartIcon = icon("M3.5 16.5h13M5.5 13.5v-3M10 13.5v-7M14.5 13.5v-9");
var ForwardIcon = icon("M4 10h11M10.5 5.5 15 10l-4.5 4.5");
var ToolIcon = icon("M12.2 3.4a4.2 4.2 0 0 0-4.9 5.5L3.2 13a1.7 1.7 0 0 0 0 2.4l1.4 1.4a1.7 1.7 0 0 0 2.4 0l4.1-4.1a4.2 4.2 0 0 0 5.5-4.9l-2.7 2.7-2.3-.6-.6-2.3z");
var FileIcon = icon("M5 3.5h6.5L15 7v9.5H5zM11.25 3.75v3.5h3.5M7.5 10.5h5M7.5 13.25h5");
var MenuIcon = () => a(Icon, { children: [a("rect", {
	x: "2.75",
	y: "3.75",
	width: "14.5",
	height: "12.5",
	rx: "2.5"
}), a("path", { d: "M7.75 3.75v12.5" })] });
var SettingsIcon = () => a(Icon, { children: [
	a("path", { d: "M3 6.5h6.5M14 6.5h3M3 13.5h3M10.5 13.5H17" }),
	a("circle", {
		cx: "11.75",
		cy: "6.5",
		r: "2.25"
	}),
	a("circle", {
		cx: "8.25",
		cy: "13.5",
		r: "2.25"
	})
] });
var StopIcon = () => a(Icon, { children: a("rect", {
	class: "solid",
	x: "5.5",
	y: "5.5",
	width: "9",
	height: "9",
	rx: "1.5"
}) });
var CopyIcon = () => a(Icon, { children: [a("rect", {
	x: "7",
	y: "7",
	width: "9.5",
	height: "9.5",
	rx: "2"
}), a("path", { d: "M13 7V5.5a2 2 0 0 0-2-2H5.5a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7" })] });
var MoreIcon = () => a(Icon, { children: [
	a("circle", {
		class: "solid",
		cx: "4.5",
		cy: "10",
		r: "0.9"
	}),
	a("circle", {
		class: "solid",
		cx: "10",
		cy: "10",
		r: "0.9"
	}),
	a("circle", {
		class: "solid",
		cx: "15.5",
		cy: "10",
		r: "0.9"
	})
] });
var SearchIcon = () => a(Icon, { children: [a("circle", {
	cx: "9",
	cy: "9",
	r: "5"
}), a("path", { d: "m12.75 12.75 4 4" })] });
var PersonIcon = () => a(Icon, { children: [a("circle", {
	cx: "10",
	cy: "7",
	r: "3.25"
}), a("path", { d: "M3.75 16.5a6.25 6.25 0 0 1 12.5 0" })] });
var Mark = () => a("svg", {
	class: "mark",
	viewBox: "0 0 32 32",
	"aria-hidden": "true",
	children: [a("path", {
		class: "ridge",
		d: "M2 27 12.6 7.6a1.6 1.6 0 0 1 2.8 0L20 16l2.2-3.6a1.5 1.5 0 0 1 2.6 0L31 27z"
	}), a("path", {
		class: "snow",
		d: "m14 10.4 3.6 6.7-2.2-1.1-1.5 1.6-1.8-1.8-1.7 1.2z"
	})]
});
// src/ui/Chart.tsx
function Chart({ kind, labels, series, title }) {
	const holder = T$1(null);
	const { theme } = settings.value;
	A$3(() => {
		let remove = () => {};
		let gone = false;
		__vitePreload(async () => {
			const { drawChart } = await import("./chart_library.js");
			return { drawChart };
		}, __vite__mapDeps([1]), import.meta.url).then(({ drawChart }) => {
			if (!gone) remove = drawChart(holder.current, {
				kind,
				labels,
				series
			});
		}, () => {});
		return () => {
			gone = true;
			remove();
		};
	}, [
		kind,
		JSON.stringify([labels, series]),
		theme
	]);
	return a("div", {
		class: "chart",
		ref: holder,
		role: "img",
		"aria-label": title
	});
}
// src/ui/TableChart.tsx
var MOST_ROWS = 500;
function TableChart({ table }) {
	const chart = chartOf(table);
	return a("div", {
		class: "table-chart",
		tabindex: 0,
		children: [chart && a(Chart, {
			kind: "line",
			labels: chart.labels,
			series: chart.series,
			title: t("artifact.table")
		}), a("div", {
			class: "prose",
			children: a("table", { children: [a("thead", { children: a("tr", { children: table.header.map((name) => a("th", { children: name }, name)) }) }), a("tbody", { children: table.rows.slice(0, MOST_ROWS).map((row, i) => a("tr", { children: table.header.map((_, j) => a("td", { children: row[j] ?? "" }, j)) }, i)) })] })
		})]
	});
}
// src/ui/ArtifactPanel.tsx
var ENDINGS = {
	python: "py",
	javascript: "js",
	typescript: "ts",
	rust: "rs",
	markdown: "md",
	mermaid: "mmd",
	bash: "sh",
	yaml: "yaml"
};
function ArtifactPanel() {
	const all = artifactsOf(current.value);
	const index = openArtifact.value ?? 0;
	const artifact = all[index];
	const [asSource, setAsSource] = d$3(false);
	A$3(() => {
		if (!artifact) openArtifact.value = null;
	}, [artifact === void 0]);
	if (!artifact) return null;
	const title = artifact.title || t(`artifact.${artifact.kind}`);
	const previews = artifact.kind !== "code" && artifact.kind !== "diagram";
	const ending = ENDINGS[artifact.language] ?? (artifact.language || "txt");
	return a("aside", {
		class: "artifact",
		"aria-label": t("artifact.label"),
		children: [
			a("header", {
				class: "bar",
				children: [
					a("h2", { children: title }),
					all.length > 1 && a("span", {
						class: "branches",
						role: "group",
						"aria-label": t("artifact.which"),
						children: [
							a("button", {
								class: "quiet",
								"aria-label": t("artifact.previous"),
								disabled: index === 0,
								onClick: () => openArtifact.value = index - 1,
								children: a(LeftIcon, {})
							}),
							a("span", { children: [
								index + 1,
								"/",
								all.length
							] }),
							a("button", {
								class: "quiet",
								"aria-label": t("artifact.next"),
								disabled: index === all.length - 1,
								onClick: () => openArtifact.value = index + 1,
								children: a(ChevronIcon, {})
							})
						]
					}),
					a("button", {
						class: "quiet square",
						"aria-label": t("artifact.close"),
						title: t("artifact.close"),
						onClick: () => openArtifact.value = null,
						children: a(CloseIcon, {})
					})
				]
			}),
			a("div", {
				class: "tools",
				children: [
					previews && a("div", {
						class: "choice",
						role: "group",
						"aria-label": t("artifact.view"),
						children: [a("button", {
							"aria-pressed": !asSource,
							onClick: () => setAsSource(false),
							children: t("artifact.preview")
						}), a("button", {
							"aria-pressed": asSource,
							onClick: () => setAsSource(true),
							children: t("artifact.source")
						})]
					}),
					artifact.kind === "diagram" && a("span", {
						class: "fine",
						children: t("artifact.mermaid")
					}),
					a("span", { class: "space" }),
					a("button", {
						class: "quiet",
						onClick: (event) => void copy(artifact.source, event.currentTarget),
						children: t("copy")
					}),
					a("button", {
						class: "quiet",
						onClick: () => download(`artifact.${ending}`, "text/plain", artifact.source),
						children: t("download")
					})
				]
			}),
			previews && !asSource ? a(Preview, { artifact }, artifact.kind) : a(Source, { artifact })
		]
	}, language.value);
}
var FRAMED = ["page", "picture"];
function Preview({ artifact }) {
	if (!FRAMED.includes(artifact.kind)) return a(TableChart, { table: readTable(artifact.source) });
	return a(Framed, {
		html: frameDocument(artifact),
		title: artifact.title || t(`artifact.${artifact.kind}`)
	});
}
var SETTLE_MS = 400;
function Framed({ html, title }) {
	const holder = T$1(null);
	A$3(() => {
		let leave = () => {};
		const timer = setTimeout(() => {
			const frame = sandboxedFrame(title);
			holder.current.replaceChildren(frame);
			leave = showIn(frame, html);
		}, holder.current.childElementCount ? SETTLE_MS : 0);
		return () => {
			clearTimeout(timer);
			leave();
		};
	}, [html, title]);
	return a("div", {
		class: "framed",
		ref: holder
	});
}
function Source({ artifact }) {
	const [html, setHtml] = d$3(null);
	const { source, language: name } = artifact;
	A$3(() => {
		let wanted = true;
		setHtml(null);
		coloured(source, name === "svg" ? "html" : name).then((next) => wanted && setHtml(next), () => void 0);
		return () => {
			wanted = false;
		};
	}, [source, name]);
	return a("pre", {
		class: "source-view",
		tabindex: 0,
		children: html === null ? a("code", { children: source }) : a("code", { dangerouslySetInnerHTML: { __html: html } }, "coloured")
	});
}
// src/ui/ContextRing.tsx
var RADIUS = 7;
var LENGTH = 2 * Math.PI * RADIUS;
function ContextRing({ coming }) {
	const holds = model.value?.context_length;
	const usage = branch(current.value).findLast((turn) => turn.role === "assistant" && turn.usage !== null);
	const used = (usage?.role === "assistant" && usage.usage ? usage.usage.prompt + usage.usage.completion : 0) + coming;
	if (!holds || !used) return null;
	const share = Math.min(1, used / holds);
	const label = t("context", {
		used: number$1(used),
		holds: number$1(holds),
		share: percent(used / holds)
	});
	return a("span", {
		class: `ring ${share > .85 ? "full" : ""}`,
		role: "img",
		"aria-label": label,
		title: label,
		children: a("svg", {
			viewBox: "0 0 20 20",
			"aria-hidden": "true",
			children: [a("circle", {
				cx: "10",
				cy: "10",
				r: RADIUS
			}), a("circle", {
				class: "used",
				cx: "10",
				cy: "10",
				r: RADIUS,
				"stroke-dasharray": `${share * LENGTH} ${LENGTH}`
			})]
		})
	});
}
// src/ui/BranchPicker.tsx
function BranchPicker({ turn, at, of }) {
	if (of < 2) return null;
	return a("span", {
		class: "branches",
		role: "group",
		"aria-label": t("branch.label"),
		children: [
			a("button", {
				class: "quiet",
				"aria-label": t("branch.previous"),
				disabled: at === 0 || isAnswering.value,
				onClick: () => step(turn, -1),
				children: a(LeftIcon, {})
			}),
			a("span", { children: [
				at + 1,
				"/",
				of
			] }),
			a("button", {
				class: "quiet",
				"aria-label": t("branch.next"),
				disabled: at === of - 1 || isAnswering.value,
				onClick: () => step(turn, 1),
				children: a(ChevronIcon, {})
			})
		]
	});
}
// src/ui/Question.tsx
var editing = y$3(null);
function Question({ turn, at, of }) {
	if (editing.value === turn.id) return a(Editor, { turn });
	return a("article", {
		class: "question",
		"aria-label": t("you"),
		children: [
			turn.files.length > 0 && a("ul", {
				class: "chips",
				children: turn.files.map((file) => a("li", { children: a(FileDetails, { file }) }, file.name))
			}),
			turn.content && a("div", {
				class: "said",
				children: turn.content
			}),
			a("footer", { children: [
				a(BranchPicker, {
					turn,
					at,
					of
				}),
				a("button", {
					class: "quiet",
					"aria-label": t("copy"),
					title: t("copy"),
					onClick: (event) => void copy(turn.content, event.currentTarget),
					children: [a(CopyIcon, {}), a(CheckIcon, {})]
				}),
				a("button", {
					class: "quiet",
					"aria-label": t("edit"),
					title: t("edit"),
					disabled: isAnswering.value,
					onClick: () => editing.value = turn.id,
					children: a(PencilIcon, {})
				})
			] })
		]
	});
}
function FileDetails({ file }) {
	return a("details", {
		class: "file",
		children: [a("summary", {
			class: "chip",
			children: [
				a(FileIcon, {}),
				a("span", {
					class: "name",
					children: file.name
				}),
				file.tokens !== null && a("span", {
					class: "fine",
					children: counted("tokens", file.tokens)
				})
			]
		}), a("pre", {
			tabindex: 0,
			children: file.text
		})]
	});
}
function Editor({ turn }) {
	const [text, setText] = d$3(turn.content);
	const area = T$1(null);
	A$3(() => {
		const box = area.current;
		box.focus();
		box.setSelectionRange(box.value.length, box.value.length);
	}, []);
	const leave = () => {
		editing.value = null;
		focusComposer();
	};
	const send = () => {
		if (!text.trim() || isAnswering.value) return;
		leave();
		askInstead(turn, text.trim(), turn.files);
	};
	const onKeyDown = (event) => {
		if (event.isComposing) return;
		if (event.key === "Escape") {
			event.stopPropagation();
			leave();
		} else if (event.key === "Enter" && !event.shiftKey) {
			event.preventDefault();
			send();
		}
	};
	return a("article", {
		class: "question editing",
		"aria-label": t("you"),
		children: [a("textarea", {
			ref: area,
			rows: Math.min(12, text.split("\n").length + 1),
			"aria-label": t("edit.label"),
			value: text,
			onInput: (event) => setText(event.currentTarget.value),
			onKeyDown
		}), a("div", {
			class: "row",
			children: [
				a("span", {
					class: "fine",
					children: t("edit.hint")
				}),
				a("button", {
					class: "quiet",
					onClick: leave,
					children: t("cancel")
				}),
				a("button", {
					class: "primary",
					disabled: !text.trim(),
					onClick: send,
					children: t("send")
				})
			]
		})]
	});
}
// src/ui/Composer.tsx
function Composer() {
	const id = currentId.value;
	const [text, setText] = d$3(() => readDraft(id));
	const area = T$1(null);
	const picker = T$1(null);
	A$3(() => setText(readDraft(id)), [id]);
	F$3(() => {
		const box = area.current;
		box.style.height = "auto";
		box.style.height = `${box.scrollHeight}px`;
	}, [text]);
	const drafts = draftsOf(id);
	const ready = drafts.every((draft) => draft.state === "ready") && (text.trim() !== "" || drafts.length > 0);
	const change = (next) => {
		setText(next);
		keepDraft(id, next);
	};
	const send = () => {
		if (!ready || isAnswering.value) return;
		change("");
		setDrafts(id, []);
		ask(text.trim(), drafts.map((draft) => draft.attachment));
	};
	const onKeyDown = (event) => {
		if (event.isComposing) return;
		if (event.key === "Enter" && !event.shiftKey) {
			event.preventDefault();
			send();
		} else if (event.key === "ArrowUp" && !text && !isAnswering.value) {
			const last = branch(current.value).findLast((turn) => turn.role === "user");
			if (!last) return;
			event.preventDefault();
			editing.value = last.id;
		}
	};
	const onPaste = (event) => {
		if (!event.clipboardData?.files.length) return;
		event.preventDefault();
		attach(id, event.clipboardData.files);
	};
	const pick = (input) => {
		attach(id, [...input.files ?? []]);
		input.value = "";
	};
	return a("div", {
		class: "composer",
		children: a("form", {
			class: "column",
			onSubmit: (event) => {
				event.preventDefault();
				send();
			},
			children: [a("div", {
				class: "field",
				children: [
					drafts.length > 0 && a("ul", {
						class: "chips",
						"aria-label": t("files"),
						children: drafts.map((draft) => a(Chip, {
							draft,
							conversationId: id
						}, draft.key))
					}),
					a("textarea", {
						id: "question",
						ref: area,
						rows: 1,
						autofocus: true,
						"aria-label": t("composer.label"),
						placeholder: t("composer.placeholder"),
						value: text,
						onInput: (event) => change(event.currentTarget.value),
						onKeyDown,
						onPaste
					}),
					a("div", {
						class: "row",
						children: [
							a("button", {
								class: "quiet square",
								type: "button",
								"aria-label": t("files.add"),
								title: t("files.add"),
								onClick: () => picker.current.click(),
								children: a(ClipIcon, {})
							}),
							a("input", {
								ref: picker,
								type: "file",
								multiple: true,
								hidden: true,
								onChange: (event) => pick(event.currentTarget)
							}),
							a("span", { class: "space" }),
							a(ContextRing, { coming: drafts.reduce((sum, draft) => sum + (draft.attachment?.tokens ?? 0), 0) }),
							isAnswering.value ? a("button", {
								class: "round",
								type: "button",
								"aria-label": t("stop"),
								title: t("stop.title"),
								onClick: stop,
								children: a(StopIcon, {})
							}) : a("button", {
								class: "round",
								type: "submit",
								"aria-label": t("send"),
								title: t("send.title"),
								disabled: !ready,
								children: a(SendIcon, {})
							})
						]
					})
				]
			}), a("p", {
				class: "fine hint",
				children: isAnswering.value ? t("composer.hintStop") : t("composer.hint")
			})]
		})
	});
}
function Chip({ draft, conversationId }) {
	const { name, state, error, attachment } = draft;
	const details = state === "reading" ? t("files.reading") : state === "failed" ? error : [attachment.pages === null ? bytes(attachment.bytes) : counted("pages", attachment.pages), attachment.tokens === null ? "" : counted("tokens", attachment.tokens)].filter(Boolean).join(" · ");
	return a("li", {
		class: `chip ${state}`,
		role: state === "failed" ? "alert" : void 0,
		children: [
			a(FileIcon, {}),
			a("button", {
				type: "button",
				class: "name",
				disabled: state !== "ready",
				title: t("files.review"),
				"aria-label": t("files.reviewOne", { name }),
				onClick: () => reviewing.value = {
					conversationId,
					draft
				},
				children: name
			}),
			a("span", {
				class: "fine",
				children: details
			}),
			a("button", {
				type: "button",
				class: "quiet",
				"aria-label": t("files.remove", { name }),
				onClick: () => detach(conversationId, draft.key),
				children: a(CloseIcon, {})
			})
		]
	});
}
// src/ui/Dialog.tsx
function Dialog({ title, class: name = "", onClose, children }) {
	const dialog = T$1(null);
	const id = P$2();
	A$3(() => {
		const before = document.activeElement;
		dialog.current.showModal();
		return () => before?.focus();
	}, []);
	return a("dialog", {
		ref: dialog,
		class: name,
		"aria-labelledby": id,
		onClose,
		onClick: (event) => event.target === dialog.current && onClose(),
		children: a("div", {
			class: "inside",
			children: [a("header", { children: [a("h2", {
				id,
				children: title
			}), a("button", {
				type: "button",
				class: "quiet square",
				"aria-label": t("close"),
				title: t("close"),
				onClick: onClose,
				children: a(CloseIcon, {})
			})] }), children]
		})
	});
}
// src/ui/FileReview.tsx
function FileReview() {
	const { conversationId, draft } = reviewing.value;
	const attachment = draft.attachment;
	const [text, setText] = d$3(attachment.text);
	const close = () => reviewing.value = null;
	const keep = async () => {
		close();
		if (text === attachment.text) return;
		const tokens = await countTokens(model.value?.id ?? "", text);
		changeText(conversationId, draft.key, {
			...attachment,
			text,
			tokens
		});
	};
	return a(Dialog, {
		title: draft.name,
		class: "review",
		onClose: close,
		children: [
			a("p", {
				class: "fine",
				children: [t("files.reviewHint"), attachment.tokens !== null && ` ${counted("tokens", attachment.tokens)}.`]
			}),
			a("textarea", {
				class: "mono",
				"aria-label": t("files.text"),
				spellcheck: false,
				value: text,
				onInput: (event) => setText(event.currentTarget.value)
			}),
			a("footer", { children: [a("button", {
				class: "quiet",
				onClick: close,
				children: t("cancel")
			}), a("button", {
				class: "primary",
				onClick: () => void keep(),
				children: t("files.keep")
			})] })
		]
	});
}
// src/ui/Menu.tsx
var GAP_PX = 4;
function Menu({ label, items, class: name = "quiet square", children }) {
	const id = P$2();
	const button = T$1(null);
	const menu = T$1(null);
	const [open, setOpen] = d$3(false);
	const onToggle = (event) => {
		if (event.newState !== "open") return;
		place(menu.current, button.current);
		menu.current.querySelector("button")?.focus();
	};
	const onBeforeToggle = (event) => setOpen(event.newState === "open");
	const onKeyDown = (event) => {
		const by = {
			ArrowDown: 1,
			ArrowUp: -1
		}[event.key];
		if (!by) return;
		event.preventDefault();
		const all = [...menu.current.querySelectorAll("button")];
		all.at((all.indexOf(document.activeElement) + by) % all.length)?.focus();
	};
	return a($$1, { children: [a("button", {
		ref: button,
		type: "button",
		class: name,
		"aria-label": label,
		title: label,
		popovertarget: id,
		children
	}), a("div", {
		ref: menu,
		id,
		class: "menu",
		popover: "auto",
		role: "menu",
		"aria-label": label,
		onBeforeToggle,
		onToggle,
		onKeyDown,
		children: (open ? items : []).map((item) => a("button", {
			type: "button",
			role: "menuitem",
			class: item.danger ? "danger" : "",
			onClick: () => {
				menu.current.hidePopover();
				item.act();
			},
			children: item.label
		}, item.label))
	})] });
}
function place(menu, button) {
	const at = button.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = menu;
	const below = at.bottom + GAP_PX;
	const top = below + height > innerHeight ? at.top - GAP_PX - height : below;
	menu.style.top = `${Math.max(GAP_PX, top)}px`;
	menu.style.left = `${Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX))}px`;
}
// src/ui/Sidebar.tsx
var SEARCH_AFTER_MS = 150;
function Sidebar() {
	const query = useSignal("");
	const found = useSignal(null);
	A$3(() => {
		const text = query.value.trim();
		if (!text) {
			found.value = null;
			return;
		}
		const timer = setTimeout(() => {
			store.value.search(text).then((list) => {
				if (query.peek().trim() === text) found.value = list;
			});
		}, SEARCH_AFTER_MS);
		return () => clearTimeout(timer);
	}, [query.value, summaries.value]);
	const begin = () => {
		startNew();
		showChat();
		focusComposer();
	};
	return a($$1, { children: [a("nav", {
		id: "sidebar",
		class: "sidebar",
		"aria-label": t("conversations"),
		inert: !sidebarOpen.value,
		children: [
			a("div", {
				class: "brand",
				children: [a(Mark, {}), a("span", { children: "openk2" })]
			}),
			a("button", {
				class: "new",
				onClick: begin,
				children: [a(PlusIcon, {}), t("newChat")]
			}),
			a("label", {
				class: "search",
				children: [
					a(SearchIcon, {}),
					a("input", {
						id: "search",
						type: "search",
						"aria-label": t("search.label"),
						placeholder: t("search"),
						value: query.value,
						onInput: (event) => query.value = event.currentTarget.value,
						onKeyDown: (event) => {
							if (event.key !== "Escape" || !query.value) return;
							event.stopPropagation();
							query.value = "";
						}
					}),
					a("kbd", { children: shortcut("K") })
				]
			}),
			a("div", {
				class: "list",
				children: found.value ? a(Results, { list: found.value }) : a(ByDate, { list: summaries.value })
			}),
			a("p", {
				class: "fine place",
				children: t(store.value.place === "browser" ? "place.browser" : "place.server")
			}),
			a("div", {
				class: "foot",
				children: [
					a("button", {
						class: `quiet square ${view$1.value === "usage" ? "current" : ""}`,
						"aria-label": t("usage"),
						title: t("usage"),
						onClick: showUsage,
						children: a(ChartIcon, {})
					}),
					a("button", {
						class: "quiet square",
						"aria-label": t("settings"),
						title: t("settings"),
						onClick: () => settingsOpen.value = true,
						children: a(SettingsIcon, {})
					}),
					a(Import, {}),
					a("span", { class: "space" }),
					a(Account, {})
				]
			})
		]
	}), a("div", {
		class: "scrim",
		onClick: () => sidebarOpen.value = false
	})] });
}
function shortcut(key) {
	return /Mac|iPhone|iPad/.test(navigator.userAgent) ? `⌘${key}` : `Ctrl ${key}`;
}
function Import() {
	const input = T$1(null);
	const items = [{
		label: t("import"),
		act: () => input.current.click()
	}, {
		label: t("export.all"),
		act: () => void exportJson(summaries.value.map((one) => one.id))
	}];
	const read = async (element) => {
		const [file] = element.files ?? [];
		if (file) await importFile(file);
		element.value = "";
	};
	return a($$1, { children: [a(Menu, {
		label: t("transfer"),
		items,
		children: a(MoreIcon, {})
	}), a("input", {
		ref: input,
		type: "file",
		accept: ".json,application/json",
		hidden: true,
		"aria-label": t("import"),
		onChange: (event) => void read(event.currentTarget)
	})] });
}
function Account() {
	const { accounts, user } = session.value;
	if (!accounts) return null;
	if (!user) return a("button", {
		class: "quiet account",
		onClick: () => signInOpen.value = true,
		children: [a(PersonIcon, {}), t("signIn")]
	});
	return a(Menu, {
		label: t("account", { name: user.name }),
		class: "quiet account",
		items: [{
			label: t("signOut"),
			act: () => void signOut()
		}],
		children: [a(PersonIcon, {}), a("span", { children: user.name })]
	});
}
function Results({ list }) {
	if (!list.length) return a("p", {
		class: "fine none",
		children: t("search.none")
	});
	return a("ul", {
		"aria-label": t("search.results"),
		children: list.map((one) => a(Entry, {
			summary: one,
			excerpt: one.excerpt
		}, one.id))
	});
}
function ByDate({ list }) {
	return a($$1, { children: groups(list).map(([name, members]) => a("section", {
		"aria-label": name,
		children: [a("h2", { children: name }), a("ul", { children: members.map((one) => a(Entry, { summary: one }, one.id)) })]
	}, name)) });
}
var DAY_MS$1 = 864e5;
function groups(list) {
	const today = new Date().setHours(0, 0, 0, 0);
	const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
	const capital = (text) => text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
	const name = ({ updated }) => {
		if (updated >= today) return capital(relative.format(0, "day"));
		if (updated >= today - DAY_MS$1) return capital(relative.format(-1, "day"));
		if (updated >= today - 7 * DAY_MS$1) return t("dates.week");
		return new Intl.DateTimeFormat(locale(), {
			month: "long",
			year: "numeric"
		}).format(updated);
	};
	const byName = new Map();
	for (const one of list) byName.set(name(one), [...byName.get(name(one)) ?? [], one]);
	return [...byName];
}
function Entry({ summary, excerpt }) {
	const { id } = summary;
	const [renaming, setRenaming] = d$3(false);
	const [sure, setSure] = d$3(false);
	const title = summary.title || t("untitled");
	const isCurrent = id === currentId.value && view$1.value === "chat";
	const show = () => {
		open(id);
		showChat();
		focusComposer();
	};
	const items = [
		{
			label: t("rename"),
			act: () => setRenaming(true)
		},
		...store.value.share ? [{
			label: t("share"),
			act: () => void (sharing.value = id)
		}] : [],
		{
			label: t("export.page"),
			act: () => void exportPage(id)
		},
		{
			label: t("export.markdown"),
			act: () => void exportMarkdown(id)
		},
		{
			label: t("export.json"),
			act: () => void exportJson([id])
		},
		{
			label: t("delete"),
			act: () => setSure(true),
			danger: true
		}
	];
	if (renaming) return a(Renaming, {
		id,
		title,
		onDone: () => setRenaming(false)
	});
	return a("li", {
		class: isCurrent ? "current" : "",
		children: [
			a("button", {
				class: "title",
				"aria-current": isCurrent ? "page" : void 0,
				onClick: show,
				onDblClick: () => setRenaming(true),
				children: [a("span", { children: title }), excerpt && a("span", {
					class: "fine",
					children: excerpt
				})]
			}),
			running.value.has(id) && a("i", {
				class: "pulse",
				role: "img",
				"aria-label": t("announce.answering")
			}),
			sure ? a("button", {
				class: "quiet sure",
				autofocus: true,
				onBlur: () => setSure(false),
				onClick: () => void remove(id),
				children: t("delete.sure")
			}) : a(Menu, {
				label: t("actions", { title }),
				items,
				class: "quiet more",
				children: a(MoreIcon, {})
			})
		]
	}, language.value);
}
function Renaming({ id, title, onDone }) {
	const input = T$1(null);
	A$3(() => {
		input.current.focus();
		input.current.select();
	}, []);
	const keep = () => {
		const next = input.current?.value.trim();
		if (next && next !== title) rename(id, next);
		onDone();
	};
	const onKeyDown = (event) => {
		if (event.isComposing) return;
		if (event.key === "Enter") keep();
		else if (event.key === "Escape") onDone();
		else return;
		event.stopPropagation();
	};
	return a("li", {
		class: "current",
		children: a("input", {
			ref: input,
			class: "rename",
			"aria-label": t("rename.label"),
			maxLength: 200,
			defaultValue: title,
			onBlur: keep,
			onKeyDown
		})
	});
}
// src/ui/SettingsDialog.tsx
var EXAMPLE_TOOLS = JSON.stringify([{
	type: "function",
	function: {
		name: "weather",
		description: "The weather in a city today.",
		parameters: {
			type: "object",
			properties: { city: { type: "string" } },
			required: ["city"]
		}
	}
}], null, 2);
function SettingsDialog() {
	const close = () => settingsOpen.value = false;
	return a(Dialog, {
		title: t("settings"),
		class: "settings",
		onClose: close,
		children: [
			a(Look, {}),
			a(Asking, {}),
			a(Tools, {}),
			a(Shortcuts, {}),
			a("footer", { children: [
				a("button", {
					class: "quiet",
					onClick: resetSettings,
					children: t("settings.reset")
				}),
				a("a", {
					class: "fine",
					href: "licences.txt",
					target: "_blank",
					rel: "noopener",
					children: t("settings.licences")
				}),
				a("button", {
					class: "primary",
					onClick: close,
					children: t("done")
				})
			] })
		]
	});
}
function Look() {
	return a("section", { children: [a("h3", { children: t("settings.look") }), a("div", {
		class: "pair",
		children: [a(Choice, {
			name: "language",
			label: t("settings.language"),
			value: language.value,
			options: {
				en: "English",
				zh: "中文"
			},
			onChange: chooseLanguage
		}), a(Choice, {
			name: "theme",
			label: t("settings.theme"),
			value: settings.value.theme,
			options: {
				system: t("theme.system"),
				light: t("theme.light"),
				dark: t("theme.dark")
			},
			onChange: (theme) => changeSettings({ theme })
		})]
	})] });
}
function Choice({ name, label, value, options, onChange }) {
	return a("fieldset", {
		class: "choice",
		children: [a("legend", { children: label }), a("div", { children: Object.keys(options).map((one) => a("label", { children: [a("input", {
			type: "radio",
			name,
			checked: one === value,
			onChange: () => onChange(one)
		}), a("span", { children: options[one] })] }, one)) })]
	});
}
function Asking() {
	const { system, temperature, topP, maxTokens, seed, thinking } = settings.value;
	const asked = model.value;
	const recommended = asked ? recommendedTemperature(asked) : .6;
	const context = asked?.context_length;
	return a("section", { children: [
		a("h3", { children: t("settings.asking", { model: asked?.id ?? "openk2" }) }),
		a("label", { children: [a("span", { children: t("settings.system") }), a("textarea", {
			rows: 3,
			placeholder: t("settings.system.placeholder"),
			value: system,
			onInput: (event) => changeSettings({ system: event.currentTarget.value })
		})] }),
		asked && reasons(asked) && a(Switch, {
			label: t("settings.thinking"),
			checked: thinking ?? true,
			onChange: (checked) => changeSettings({ thinking: checked ? null : false })
		}),
		a(Slider, {
			label: t("settings.temperature"),
			hint: t("settings.temperature.hint", { value: number$1(recommended, { minimumFractionDigits: 1 }) }),
			max: 2,
			value: temperature,
			recommended,
			onChange: (value) => changeSettings({ temperature: value })
		}),
		a(Slider, {
			label: t("settings.topP"),
			hint: t("settings.topP.hint"),
			max: 1,
			value: topP,
			recommended: 1,
			onChange: (value) => changeSettings({ topP: value })
		}),
		a("div", {
			class: "pair",
			children: [a(WholeNumber, {
				label: t("settings.maxTokens"),
				hint: context ? t("settings.maxTokens.hint", { context }) : t("settings.maxTokens.plain"),
				placeholder: t("settings.maxTokens.none"),
				least: 1,
				value: maxTokens,
				onChange: (value) => changeSettings({ maxTokens: value })
			}), a(WholeNumber, {
				label: t("settings.seed"),
				hint: t("settings.seed.hint"),
				placeholder: t("settings.seed.none"),
				least: 0,
				value: seed,
				onChange: (value) => changeSettings({ seed: value })
			})]
		})
	] });
}
function Slider({ label, hint, max, value, recommended, onChange }) {
	const shown = value ?? recommended;
	return a("div", {
		class: "slider",
		children: [a("label", { children: [a("span", { children: [
			label,
			" ",
			a("b", {
				"aria-hidden": "true",
				children: number$1(shown, {
					minimumFractionDigits: 1,
					maximumFractionDigits: 2
				})
			})
		] }), a("input", {
			type: "range",
			min: "0",
			max,
			step: max > 1 ? "0.1" : "0.05",
			value: shown,
			onInput: (event) => onChange(event.currentTarget.valueAsNumber)
		})] }), a("div", {
			class: "row",
			children: [a("small", { children: hint }), value !== null && a("button", {
				class: "quiet",
				onClick: () => onChange(null),
				children: t("settings.recommended")
			})]
		})]
	});
}
function WholeNumber({ label, hint, placeholder, least, value, onChange }) {
	const read = (input) => {
		if (input.value === "") onChange(null);
		else if (input.checkValidity()) onChange(input.valueAsNumber);
	};
	return a("label", { children: [
		a("span", { children: label }),
		a("input", {
			type: "number",
			min: least,
			step: "1",
			placeholder,
			value: value ?? "",
			onInput: (event) => read(event.currentTarget)
		}),
		a("small", { children: hint })
	] });
}
function Switch({ label, hint, checked, onChange }) {
	return a("label", {
		class: "switch",
		children: [a("input", {
			type: "checkbox",
			role: "switch",
			checked,
			onChange: (event) => onChange(event.currentTarget.checked)
		}), a("span", { children: [label, hint && a("small", { children: hint })] })]
	});
}
function Tools() {
	const { javascript, webSearch } = settings.value;
	return a("section", { children: [
		a("h3", { children: t("settings.tools") }),
		a(Switch, {
			label: t("settings.javascript"),
			hint: t("settings.javascript.hint"),
			checked: javascript,
			onChange: (checked) => changeSettings({ javascript: checked })
		}),
		model.value?.openk2_builtin_tools?.includes("$web_search") && a(Switch, {
			label: t("settings.webSearch"),
			hint: t("settings.webSearch.hint"),
			checked: webSearch,
			onChange: (checked) => changeSettings({ webSearch: checked })
		}),
		a(ToolsEditor, {})
	] });
}
function ToolsEditor() {
	const [text, setText] = d$3(settings.value.tools);
	A$3(() => setText(settings.value.tools), [settings.value.tools]);
	const problem = toolsProblem(text);
	const change = (next) => {
		setText(next);
		if (!toolsProblem(next)) changeSettings({ tools: next });
	};
	return a("div", {
		class: "tools-editor",
		children: [
			a("label", { children: [a("span", { children: t("settings.ownTools") }), a("textarea", {
				class: "mono",
				rows: text ? 8 : 2,
				spellcheck: false,
				"aria-invalid": problem !== null,
				"aria-describedby": "tools-problem",
				placeholder: t("settings.ownTools.placeholder"),
				value: text,
				onInput: (event) => change(event.currentTarget.value)
			})] }),
			a("small", {
				id: "tools-problem",
				class: problem ? "failure-text" : "",
				role: problem ? "alert" : void 0,
				children: problem ?? t("settings.ownTools.hint")
			}),
			!text && a("button", {
				class: "quiet",
				onClick: () => change(EXAMPLE_TOOLS),
				children: t("settings.ownTools.example")
			})
		]
	});
}
function Shortcuts() {
	const list = [
		["Enter", "keys.send"],
		["Shift Enter", "keys.break"],
		["Esc", "keys.stop"],
		["↑", "keys.edit"],
		[shortcut("K"), "keys.search"],
		[shortcut("B"), "keys.sidebar"]
	];
	return a("section", { children: [a("h3", { children: t("settings.keys") }), a("dl", {
		class: "keys",
		children: list.map(([key, meaning]) => a("div", { children: [a("dt", { children: a("kbd", { children: key }) }), a("dd", { children: t(meaning) })] }, key))
	})] });
}
// src/ui/ShareDialog.tsx
var DAYS = [
	1,
	7,
	30
];
function ShareDialog({ id }) {
	const [days, setDays] = d$3(7);
	const [share, setShare] = d$3(null);
	const [problem, setProblem] = d$3(null);
	const close = () => sharing.value = null;
	const attempt = async (act) => {
		try {
			setShare(await act());
			setProblem(null);
		} catch (error) {
			setProblem(error.message);
		}
	};
	const make = () => attempt(() => store.value.share(id, days));
	const takeBack = () => attempt(() => store.value.unshare(id).then(() => null));
	const address = share === null ? null : new URL(share.url, location.href).href;
	return a(Dialog, {
		title: t("share"),
		class: "share",
		onClose: close,
		children: [
			a("p", { children: t("share.explain") }),
			address === null ? a("label", {
				class: "across",
				children: [a("span", { children: t("share.days") }), a("select", {
					value: days,
					onChange: (event) => setDays(Number(event.currentTarget.value)),
					children: DAYS.map((one) => a("option", {
						value: one,
						children: new Intl.NumberFormat(document.documentElement.lang, {
							style: "unit",
							unit: "day",
							unitDisplay: "long"
						}).format(one)
					}, one))
				})]
			}) : a("label", { children: [a("span", { children: share?.expires == null ? t("share.address") : t("share.until", { day: day(share.expires) }) }), a("input", {
				readonly: true,
				value: address,
				onFocus: (event) => event.currentTarget.select()
			})] }),
			problem && a("p", {
				class: "failure",
				role: "alert",
				children: problem
			}),
			a("footer", { children: [a("button", {
				class: "quiet",
				onClick: () => void exportPage(id),
				children: t("export.page")
			}), address === null ? a("button", {
				class: "primary",
				onClick: () => void make(),
				children: t("share.make")
			}) : a($$1, { children: [a("button", {
				class: "quiet",
				onClick: () => void takeBack(),
				children: t("share.takeBack")
			}), a("button", {
				class: "primary",
				onClick: (event) => void copy(address, event.currentTarget),
				children: t("copy")
			})] })] })
		]
	});
}
// src/ui/SignInDialog.tsx
function SignInDialog() {
	const [name, setName] = d$3("");
	const [password, setPassword] = d$3("");
	const [problem, setProblem] = d$3(null);
	const [busy, setBusy] = d$3(false);
	const close = () => signInOpen.value = false;
	const submit = async (event) => {
		event.preventDefault();
		setBusy(true);
		try {
			await signIn(name, password);
			close();
		} catch (error) {
			setProblem(error instanceof Unreachable ? t("error.unreachable") : error.message);
			setBusy(false);
		}
	};
	return a(Dialog, {
		title: t("signIn"),
		class: "sign-in",
		onClose: close,
		children: a("form", {
			onSubmit: (event) => void submit(event),
			children: [
				a("label", { children: [a("span", { children: t("signIn.name") }), a("input", {
					required: true,
					autofocus: true,
					autocomplete: "username",
					value: name,
					onInput: (event) => setName(event.currentTarget.value)
				})] }),
				a("label", { children: [a("span", { children: t("signIn.password") }), a("input", {
					required: true,
					type: "password",
					autocomplete: "current-password",
					value: password,
					onInput: (event) => setPassword(event.currentTarget.value)
				})] }),
				problem && a("p", {
					class: "failure",
					role: "alert",
					children: problem
				}),
				a("button", {
					class: "primary",
					type: "submit",
					disabled: busy,
					children: t("signIn")
				}),
				a("small", { children: t("signIn.hint") })
			]
		})
	});
}
// src/ui/Meter.tsx
var LEAST_SPEAKING_SECONDS = .05;
function Meter({ turns }) {
	const last = turns.at(-1);
	const { usage, timing } = last;
	if (!usage) return null;
	const completion = sum(turns, (turn) => turn.usage?.completion);
	const reasoning = turns.some((turn) => turn.usage?.reasoning) ? sum(turns, (turn) => turn.usage?.reasoning) : null;
	const cost = sum(turns, (turn) => turn.usage?.cost);
	const speed = tokensPerSecond(last);
	const rows = [
		[t("meter.prompt"), counted("tokens", usage.prompt)],
		[t("meter.cached"), usage.prompt ? percent(usage.cached / usage.prompt) : "–"],
		[t("meter.output"), counted("tokens", completion)],
		...reasoning !== null ? [[t("meter.reasoning"), counted("tokens", reasoning)]] : [],
		...timing.first !== null ? [[t("meter.first"), seconds(timing.first)]] : [],
		...timing.whole !== null ? [[t("meter.whole"), seconds(timing.whole)]] : [],
		...speed !== null ? [[t("meter.speed"), t("unit.perSecond", { value: speed })]] : [],
		...cost > 0 ? [[t("meter.cost"), money(cost, session.value.currency)]] : [],
		[t("meter.model"), last.model]
	];
	return a("details", {
		class: "meter",
		onFocusOut: closeBehind,
		onKeyDown: closeOnEscape,
		children: [a("summary", { children: [
			counted("tokens", completion),
			speed !== null && ` · ${t("unit.perSecond", { value: speed })}`,
			usage.cached > 0 && a("span", {
				class: "wide",
				children: [" · ", t("meter.cachedShort", { share: percent(usage.cached / usage.prompt) })]
			}),
			cost > 0 && ` · ${money(cost, session.value.currency)}`
		] }), a("dl", { children: rows.map(([name, value]) => a("div", { children: [a("dt", { children: name }), a("dd", { children: value })] }, name)) })]
	});
}
function closeBehind(event) {
	const details = event.currentTarget;
	if (!details.contains(event.relatedTarget)) details.open = false;
}
function closeOnEscape(event) {
	const details = event.currentTarget;
	if (event.key !== "Escape" || !details.open) return;
	event.stopPropagation();
	details.open = false;
}
function tokensPerSecond({ usage, timing }) {
	const speaking = (timing.whole ?? 0) - (timing.first ?? 0);
	if (!usage || usage.completion < 2 || speaking < LEAST_SPEAKING_SECONDS) return null;
	const speed = (usage.completion - 1) / speaking;
	return number$1(speed, { maximumFractionDigits: speed < 10 ? 1 : 0 });
}
function sum(turns, value) {
	return turns.reduce((total, turn) => total + (value(turn) ?? 0), 0);
}
// src/markdown/blocks.ts
var OPEN_BLOCKS = 2;
var BlockSplitter = class {
	text = "";
	pieces = [];
	split(text) {
		const normal = text.replace(/\r\n?/g, "\n");
		const kept = normal.startsWith(this.text) ? this.closed() : [];
		const start = kept.reduce((length, piece) => length + piece.raw.length, 0);
		this.pieces = [...kept, ...lex(normal.slice(start))];
		this.text = normal;
		return this.pieces.filter((piece) => !piece.space).map((piece) => piece.raw);
	}
	closed() {
		let open = 0;
		let end = this.pieces.length;
		while (end > 0 && open < OPEN_BLOCKS) {
			end -= 1;
			if (!this.pieces[end].space) open += 1;
		}
		return this.pieces.slice(0, end);
	}
};
function lex(text) {
	return marked.lexer(text).map((token) => ({
		raw: token.raw,
		space: token.type === "space"
	}));
}
// src/ui/Prose.tsx
function Prose({ text, growing }) {
	const splitter = T$1(null);
	const blocks = w$4(() => (splitter.current ??= new BlockSplitter()).split(text), [text]);
	return a("div", {
		class: `prose ${growing ? "growing" : ""}`,
		onClick,
		children: blocks.map((source, i) => a(Block, {
			source,
			growing: growing && i === blocks.length - 1
		}, i))
	});
}
function Block({ source, growing }) {
	const element = T$1(null);
	const html = w$4(() => ({ __html: renderBlock(source, growing) }), [
		source,
		growing,
		language.value
	]);
	F$3(() => enrich(element.current, growing), [html]);
	return a("div", {
		ref: element,
		class: "block",
		dangerouslySetInnerHTML: html
	});
}
function onClick(event) {
	const button = event.target.closest("button");
	const source = button?.closest(".code")?.querySelector("code")?.textContent ?? "";
	if (button?.classList.contains("copy-code")) copy(source, button);
	else if (button?.classList.contains("open-code")) openSource(source);
	else if (button?.classList.contains("copy-table")) copy(tableText(button.closest(".table")), button);
}
function tableText(table) {
	return [...table.querySelectorAll("tr")].map((row) => [...row.children].map((cell) => cell.textContent ?? "").join("	")).join("\n");
}
// src/ui/Reasoning.tsx
var LEAST_SECONDS = .1;
function Reasoning({ turn }) {
	const thinking = turn.state === "running" && turn.timing.thought === null;
	const [open, setOpen] = d$3(thinking);
	A$3(() => setOpen(thinking), [thinking]);
	return a("details", {
		class: `reasoning ${thinking ? "thinking" : ""}`,
		open,
		onToggle: (event) => setOpen(event.currentTarget.open),
		children: [a("summary", { children: [a(ChevronIcon, {}), thinking ? t("reasoning.now") : summary(turn)] }), a("div", {
			class: "reasoning-text",
			children: turn.reasoning.trim()
		})]
	});
}
function summary({ timing, usage }) {
	const time = timing.thought ?? timing.whole ?? 0;
	const took = time >= LEAST_SECONDS ? t("reasoning.took", { time: seconds(time) }) : t("reasoning.done");
	return usage?.reasoning ? `${took} · ${counted("tokens", usage.reasoning)}` : took;
}
// src/ui/ToolCard.tsx
var SHOWN_AT_ONCE = 400;
function ToolCard({ turn, call, open }) {
	const state = !open && call.result === null && call.state !== "writing" ? "skipped" : call.state;
	return a("section", {
		class: `call ${state}`,
		"aria-label": t("tool.label", { name: call.name }),
		children: [
			a("header", { children: [
				a(ToolIcon, {}),
				a("code", { children: call.name }),
				a("span", {
					class: "state",
					children: [t(`tool.${state}`), call.seconds !== null && ` · ${seconds(call.seconds)}`]
				})
			] }),
			a(Arguments, { text: call.arguments }),
			open && call.state === "waiting" && a(Permission, {
				turn,
				call
			}),
			open && call.state === "running" && !isAutomatic(call) && a(ByHand, {
				turn,
				call
			}),
			call.result !== null && !isSearch(call) && a("details", {
				class: "result",
				open: call.result.length < SHOWN_AT_ONCE,
				children: [a("summary", { children: t(call.state === "denied" ? "tool.told" : "tool.result") }), a("pre", {
					tabindex: 0,
					children: call.result || t("tool.empty")
				})]
			})
		]
	});
}
function Permission({ turn, call }) {
	const [denying, setDenying] = d$3(false);
	const [note, setNote] = d$3("");
	if (denying) return a("form", {
		class: "permission",
		onSubmit: (event) => {
			event.preventDefault();
			deny(turn, call, note);
		},
		children: [
			a("input", {
				autofocus: true,
				"aria-label": t("tool.note"),
				placeholder: t("tool.note"),
				value: note,
				onInput: (event) => setNote(event.currentTarget.value)
			}),
			a("button", {
				class: "quiet",
				type: "button",
				onClick: () => setDenying(false),
				children: t("cancel")
			}),
			a("button", {
				class: "primary",
				type: "submit",
				children: t("tool.deny")
			})
		]
	});
	return a("div", {
		class: "permission",
		role: "group",
		"aria-label": t("tool.permission", { name: call.name }),
		children: [
			a("button", {
				class: "secondary",
				onClick: () => allow(turn, call, false),
				children: t("tool.allowOnce")
			}),
			a("button", {
				class: "secondary",
				onClick: () => allow(turn, call, true),
				children: t("tool.allowAlways")
			}),
			a("button", {
				class: "quiet",
				onClick: () => setDenying(true),
				children: t("tool.denyMore")
			})
		]
	});
}
function ByHand({ turn, call }) {
	const [text, setText] = d$3("");
	return a("form", {
		class: "by-hand",
		onSubmit: (event) => {
			event.preventDefault();
			giveResult(turn, call, text);
		},
		children: [a("label", { children: [a("span", { children: t("tool.byHand", { name: call.name }) }), a("textarea", {
			autofocus: true,
			rows: 2,
			value: text,
			onInput: (event) => setText(event.currentTarget.value)
		})] }), a("button", {
			class: "primary",
			type: "submit",
			children: t("tool.give")
		})]
	});
}
function Arguments({ text }) {
	const values = objectOf(text);
	if (!values) return text ? a("pre", {
		class: "raw",
		children: text
	}) : null;
	const entries = Object.entries(values);
	if (!entries.length) return null;
	return a("dl", { children: entries.map(([name, value]) => a("div", { children: [a("dt", { children: name }), a("dd", { children: typeof value === "string" ? value : JSON.stringify(value) })] }, name)) });
}
function objectOf(text) {
	try {
		const value = JSON.parse(text);
		return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
	} catch {
		return null;
	}
}
// src/ui/Answer.tsx
function Answer(props) {
	const { turn, group, isLast, of } = props;
	const running = turn.state === "running";
	const waiting = running && !turn.content && !turn.reasoning && !turn.calls.length;
	const open = isLast && !running && turn.finish === "tool_calls";
	return a("article", {
		class: "answer",
		"aria-label": t("answer"),
		children: [
			turn.reasoning && a(Reasoning, { turn }),
			waiting && a("p", {
				class: "dots",
				role: "img",
				"aria-label": t("waiting"),
				children: [
					a("i", {}),
					a("i", {}),
					a("i", {})
				]
			}),
			a(Prose, {
				text: turn.content,
				growing: running
			}),
			turn.calls.map((call) => a(ToolCard, {
				turn,
				call,
				open
			}, call.id)),
			turn.error && a("p", {
				class: "failure",
				role: "alert",
				children: turn.error
			}),
			!running && !open && (group.length > 0 || of > 1) && a(Footer, { ...props })
		]
	});
}
function Footer({ turn, group, isLast, at, of }) {
	const whole = group.map((one) => one.content).filter(Boolean).join("\n\n");
	const again = turn.state === "done" ? group[0] ?? turn : turn;
	const ended = endedEarly(turn);
	return a("footer", { children: [
		a(BranchPicker, {
			turn,
			at,
			of
		}),
		whole && a("button", {
			class: "quiet",
			"aria-label": t("copy"),
			title: t("copy"),
			onClick: (event) => void copy(whole, event.currentTarget),
			children: [a(CopyIcon, {}), a(CheckIcon, {})]
		}),
		group.length > 0 && a("button", {
			class: "quiet",
			"aria-label": t("tryAgain"),
			title: t("tryAgain"),
			disabled: isAnswering.value,
			onClick: () => void tryAgain(again),
			children: a(AgainIcon, {})
		}),
		isLast && ended && turn.content && !turn.calls.length && a("button", {
			class: "quiet",
			disabled: isAnswering.value,
			onClick: () => void goOn(turn),
			children: [a(ForwardIcon, {}), t("goOn")]
		}),
		ended && a("span", {
			class: "ended",
			children: ended
		}),
		group.length > 0 && a(Meter, { turns: group })
	] });
}
function endedEarly({ state, finish }) {
	if (state === "stopped") return t("state.stopped");
	if (state === "interrupted") return t("state.interrupted");
	return finish === "length" ? t("state.length") : null;
}
// src/ui/Thread.tsx
var NEAR_PX = 80;
var SUGGESTIONS = [
	"suggestion.1",
	"suggestion.2",
	"suggestion.3",
	"suggestion.4"
];
var away = y$3(false);
function Thread() {
	const box = T$1(null);
	const following = T$1(true);
	const turns = branch(current.value);
	const branchOf = places(current.value.turns);
	A$3(() => {
		following.current = true;
		away.value = false;
	}, [currentId.value, turns.length]);
	F$3(() => {
		if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
	});
	const onScroll = () => {
		const { scrollTop, scrollHeight, clientHeight } = box.current;
		following.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
		away.value = !following.current;
	};
	const toEnd = () => box.current.scrollTo({
		top: box.current.scrollHeight,
		behavior: "smooth"
	});
	return a($$1, { children: [a("main", {
		class: "thread",
		ref: box,
		onScroll,
		"aria-busy": isAnswering.value,
		children: turns.length > 0 ? a("div", {
			class: "column",
			children: turns.map((turn, i) => view(turn, i, turns, branchOf(turn)))
		}) : loaded.value && a(Welcome, {})
	}), away.value && a("button", {
		class: "to-end",
		"aria-label": t("toEnd"),
		title: t("toEnd"),
		onClick: toEnd,
		children: a(DownIcon, {})
	})] });
}
function places(turns) {
	const beside = new Map();
	for (const { id, parent } of turns) beside.set(parent, [...beside.get(parent) ?? [], id]);
	return ({ id, parent }) => ({
		at: beside.get(parent).indexOf(id),
		of: beside.get(parent).length
	});
}
function view(turn, index, turns, place) {
	if (turn.role === "user") return a(Still, {
		turn,
		group: [],
		isLast: false,
		...place
	}, turn.id);
	const isLast = index === turns.length - 1;
	return a(Still, {
		turn,
		group: turns[index + 1]?.role === "assistant" ? [] : groupUpTo(turns, index),
		isLast,
		...place
	}, turn.id);
}
function groupUpTo(turns, index) {
	const start = turns.findLastIndex((turn, i) => i < index && turn.role === "user");
	return turns.slice(start + 1, index + 1);
}
var Still = class extends x$3 {
	shouldComponentUpdate({ turn, group, isLast, at, of }) {
		const before = this.props;
		const moved = at !== before.at || of !== before.of;
		return turn !== before.turn || isLast !== before.isLast || group.length !== before.group.length || moved;
	}
	render() {
		const { turn, group, isLast, at, of } = this.props;
		if (turn.role === "user") return a(Question, {
			turn,
			at,
			of
		});
		return a(Answer, {
			turn,
			group,
			isLast,
			at,
			of
		});
	}
};
function Welcome() {
	return a("div", {
		class: "welcome",
		children: [
			a(Mark, {}),
			a("h2", { children: t("welcome", { model: model.value?.id ?? "openk2" }) }),
			a("ul", { children: SUGGESTIONS.map((key) => a("li", { children: a("button", {
				onClick: () => void ask(t(key)),
				children: t(key)
			}) }, key)) }, language.value)
		]
	});
}
// src/state/usage.ts
var DAY_MS = 864e5;
var period = y$3(lastDays(30));
var everybody = y$3(false);
var report = y$3(null);
var usageProblem = y$3(null);
function lastDays(count) {
	const now = Date.now();
	return {
		from: isoDay(now - (count - 1) * DAY_MS),
		to: isoDay(now)
	};
}
function isoDay(time) {
	return new Date(time).toISOString().slice(0, 10);
}
function daysOf({ from, to }) {
	const days = [];
	for (let time = Date.parse(from); time <= Date.parse(to) && days.length < 1e3; time += DAY_MS) days.push(isoDay(time));
	return days;
}
async function readUsage() {
	const { from, to } = period.value;
	report.value = null;
	try {
		report.value = hasLedger() ? await fetchUsage(from, to, everybody.value) : await usageHere(period.value);
		usageProblem.value = null;
	} catch (error) {
		usageProblem.value = error.message;
	}
}
function hasLedger() {
	return session.value.accounts && session.value.user !== null;
}
async function usageHere({ from, to }) {
	const rows = new Map();
	for (const { id } of await store.value.list()) {
		const conversation = await store.value.load(id);
		for (const turn of conversation?.turns ?? []) {
			if (turn.role !== "assistant" || !turn.usage) continue;
			const day = isoDay(turn.created);
			if (day < from || day > to) continue;
			const key = `${day} ${turn.model}`;
			const row = rows.get(key) ?? emptyRow(day, turn.model);
			rows.set(key, {
				...row,
				requests: row.requests + 1,
				prompt_tokens: row.prompt_tokens + turn.usage.prompt,
				cached_tokens: row.cached_tokens + turn.usage.cached,
				reasoning_tokens: row.reasoning_tokens + (turn.usage.reasoning ?? 0),
				completion_tokens: row.completion_tokens + turn.usage.completion,
				cost: row.cost + (turn.usage.cost ?? 0)
			});
		}
	}
	return {
		currency: session.value.currency,
		rows: [...rows.values()],
		budgets: []
	};
}
function emptyRow(day, model) {
	return {
		day,
		model,
		key_id: "",
		key_name: null,
		requests: 0,
		prompt_tokens: 0,
		cached_tokens: 0,
		reasoning_tokens: 0,
		completion_tokens: 0,
		cost: 0
	};
}
// src/ui/Keys.tsx
function Keys() {
	const [keys, setKeys] = d$3([]);
	const [made, setMade] = d$3(null);
	const [name, setName] = d$3("");
	const [expires, setExpires] = d$3("");
	const [problem, setProblem] = d$3(null);
	const attempt = async (act) => {
		try {
			await act();
			setKeys(await fetchKeys());
			setProblem(null);
		} catch (error) {
			setProblem(error.message);
		}
	};
	A$3(() => void attempt(async () => void 0), []);
	const make = (event) => {
		event.preventDefault();
		attempt(async () => {
			setMade(await makeKey(name.trim(), expires || null));
			setName("");
			setExpires("");
		});
	};
	return a("section", {
		class: "keys-section",
		children: [
			a("h2", { children: t("apiKeys") }),
			problem && a("p", {
				class: "failure",
				role: "alert",
				children: problem
			}),
			made?.key && a("p", {
				class: "made",
				role: "status",
				children: [
					a("span", { children: t("apiKeys.once") }),
					a("code", { children: made.key }),
					a("button", {
						class: "secondary",
						onClick: (event) => void copy(made.key, event.currentTarget),
						children: t("copy")
					})
				]
			}),
			a("form", {
				class: "row",
				onSubmit: make,
				children: [
					a("label", { children: [a("span", {
						class: "fine",
						children: t("apiKeys.name")
					}), a("input", {
						required: true,
						maxLength: 200,
						value: name,
						onInput: (event) => setName(event.currentTarget.value)
					})] }),
					a("label", { children: [a("span", {
						class: "fine",
						children: t("apiKeys.expires")
					}), a("input", {
						type: "date",
						value: expires,
						onInput: (event) => setExpires(event.currentTarget.value)
					})] }),
					a("button", {
						class: "secondary",
						type: "submit",
						children: t("apiKeys.make")
					})
				]
			}),
			a("ul", { children: keys.map((one) => a("li", {
				class: one.state,
				children: [
					a("span", {
						class: "name",
						children: one.name
					}),
					a("code", { children: [one.prefix, "…"] }),
					a("span", {
						class: "fine",
						children: one.state === "active" ? t("apiKeys.made", { day: day(Date.parse(one.created)) }) : t(one.state === "expired" ? "apiKeys.expired" : "apiKeys.revoked")
					}),
					one.state === "active" && a(Revoke, {
						onSure: () => void attempt(async () => void await revokeKey(one.id)),
						name: one.name
					})
				]
			}, one.id)) })
		]
	});
}
function Revoke({ name, onSure }) {
	const [sure, setSure] = d$3(false);
	return a("button", {
		class: `quiet ${sure ? "sure" : ""}`,
		"aria-label": t(sure ? "apiKeys.revokeSure" : "apiKeys.revoke", { name }),
		onBlur: () => setSure(false),
		onClick: () => sure ? onSure() : setSure(true),
		children: t(sure ? "delete.sure" : "apiKeys.revokeShort")
	});
}
// src/ui/UsagePage.tsx
var PERIODS = [
	7,
	30,
	90
];
var MOST_SERIES = 5;
function UsagePage() {
	const [days, setDays] = d$3(30);
	const [by, setBy] = d$3("model");
	const [measure, setMeasure] = d$3("tokens");
	const signedIn = hasLedger();
	A$3(() => {
		period.value = lastDays(days);
		readUsage();
	}, [
		days,
		everybody.value,
		session.value
	]);
	const { from, to } = period.value;
	const measures = session.value.currency ? [
		"tokens",
		"cost",
		"requests"
	] : ["tokens", "requests"];
	return a("main", {
		class: "usage",
		children: a("div", {
			class: "column",
			children: [
				a("div", {
					class: "row controls",
					children: [
						a(Pick, {
							label: t("usage.period"),
							value: String(days),
							options: PERIODS.map((count) => [String(count), t("usage.days", { count })]),
							onChange: (value) => setDays(Number(value))
						}),
						a(Pick, {
							label: t("usage.measure"),
							value: measure,
							options: measures.map((one) => [one, t(`usage.${one}`)]),
							onChange: (value) => setMeasure(value)
						}),
						signedIn && a(Pick, {
							label: t("usage.by"),
							value: by,
							options: ["model", "key"].map((one) => [one, t(`usage.by.${one}`)]),
							onChange: (value) => setBy(value)
						}),
						session.value.user?.admin && a(Pick, {
							label: t("usage.whose"),
							value: everybody.value ? "all" : "mine",
							options: ["mine", "all"].map((one) => [one, t(`usage.whose.${one}`)]),
							onChange: (value) => everybody.value = value === "all"
						})
					]
				}),
				usageProblem.value && a("p", {
					class: "failure",
					role: "alert",
					children: usageProblem.value
				}),
				report.value && a(Report, {
					report: report.value,
					by: signedIn ? by : "model",
					measure
				}),
				a("p", {
					class: "fine",
					children: signedIn ? a("a", {
						href: usageAddress(from, to, everybody.value, "csv"),
						download: true,
						children: t("usage.csv")
					}) : t("usage.here")
				}),
				signedIn && session.value.scopes.includes("keys") && a(Keys, {})
			]
		})
	});
}
function Pick({ label, value, options, onChange }) {
	return a("label", {
		class: "pick",
		children: [a("span", {
			class: "fine",
			children: label
		}), a("select", {
			value,
			onChange: (event) => onChange(event.currentTarget.value),
			children: options.map(([one, name]) => a("option", {
				value: one,
				children: name
			}, one))
		})]
	});
}
var MEASURES = {
	tokens: (row) => row.prompt_tokens + row.completion_tokens,
	cost: (row) => row.cost,
	requests: (row) => row.requests
};
function Report({ report: { rows, budgets, currency }, by, measure }) {
	const total = (value) => rows.reduce((sum, row) => sum + value(row), 0);
	const prompt = total((row) => row.prompt_tokens);
	const groups = grouped(rows, by, MEASURES[measure]);
	const days = daysOf(period.value);
	const short = new Intl.DateTimeFormat(locale(), {
		month: "short",
		day: "numeric",
		timeZone: "UTC"
	});
	const series = groups.slice(0, MOST_SERIES).map(({ name, members }) => ({
		name,
		values: perDay(members, days, measure)
	}));
	const rest = groups.slice(MOST_SERIES).flatMap(({ members }) => members);
	if (rest.length) series.push({
		name: t("usage.others"),
		values: perDay(rest, days, measure)
	});
	return a($$1, { children: [
		a("dl", {
			class: "figures",
			children: [
				a(Figure, {
					name: t("usage.requests"),
					value: number$1(total((row) => row.requests))
				}),
				a(Figure, {
					name: t("meter.prompt"),
					value: compact(prompt)
				}),
				a(Figure, {
					name: t("meter.cached"),
					value: prompt ? percent(total((row) => row.cached_tokens) / prompt) : "–"
				}),
				a(Figure, {
					name: t("meter.output"),
					value: compact(total((row) => row.completion_tokens))
				}),
				currency && a(Figure, {
					name: t("meter.cost"),
					value: money(total((row) => row.cost), currency)
				})
			]
		}),
		rows.length ? a($$1, { children: [a(Chart, {
			kind: "bars",
			labels: days.map((day) => short.format(Date.parse(day))),
			series,
			title: t("usage.chart")
		}), a(GroupTable, {
			groups,
			by,
			currency
		})] }) : a("p", {
			class: "none",
			children: t("usage.none")
		}),
		budgets.length > 0 && a(Budgets, {
			budgets,
			currency
		})
	] });
}
function Figure({ name, value }) {
	return a("div", { children: [a("dt", { children: name }), a("dd", { children: value })] });
}
function grouped(rows, by, value) {
	const groups = new Map();
	for (const row of rows) {
		const id = by === "model" ? row.model : row.key_id;
		const name = by === "model" ? row.model : row.key_name ?? t("usage.page");
		const group = groups.get(id) ?? {
			name,
			members: []
		};
		group.members.push(row);
		groups.set(id, group);
	}
	const size = ({ members }) => members.reduce((sum, row) => sum + value(row), 0);
	return [...groups.values()].sort((a, b) => size(b) - size(a));
}
function perDay(rows, days, measure) {
	return days.map((day) => rows.reduce((sum, row) => row.day === day ? sum + MEASURES[measure](row) : sum, 0));
}
function GroupTable({ groups, by, currency }) {
	const sum = (members, value) => members.reduce((total, row) => total + value(row), 0);
	return a("div", {
		class: "prose scroll",
		tabindex: 0,
		role: "region",
		"aria-label": t("usage.table"),
		children: a("table", { children: [a("thead", { children: a("tr", { children: [
			a("th", { children: t(`usage.by.${by}`) }),
			a("th", {
				align: "right",
				children: t("usage.requests")
			}),
			a("th", {
				align: "right",
				children: t("meter.prompt")
			}),
			a("th", {
				align: "right",
				children: t("meter.cached")
			}),
			a("th", {
				align: "right",
				children: t("meter.output")
			}),
			currency && a("th", {
				align: "right",
				children: t("meter.cost")
			})
		] }) }), a("tbody", { children: groups.map(({ name, members }) => {
			const prompt = sum(members, (row) => row.prompt_tokens);
			return a("tr", { children: [
				a("td", { children: name }),
				a("td", {
					align: "right",
					children: number$1(sum(members, (row) => row.requests))
				}),
				a("td", {
					align: "right",
					children: number$1(prompt)
				}),
				a("td", {
					align: "right",
					children: prompt ? percent(sum(members, (row) => row.cached_tokens) / prompt) : "–"
				}),
				a("td", {
					align: "right",
					children: number$1(sum(members, (row) => row.completion_tokens))
				}),
				currency && a("td", {
					align: "right",
					children: money(sum(members, (row) => row.cost), currency)
				})
			] }, name);
		}) })] })
	});
}
function Budgets({ budgets, currency }) {
	return a("section", { children: [a("h2", { children: t("usage.budgets") }), a("ul", {
		class: "budgets",
		children: budgets.map((one) => a("li", { children: [
			a("span", { children: [
				one.name,
				" · ",
				t(one.period === "day" ? "usage.perDay" : "usage.perMonth")
			] }),
			one.tokens !== null && a(Gauge, {
				used: one.used_tokens,
				most: one.tokens,
				text: `${compact(one.used_tokens)} / ${counted("tokens", one.tokens)}`
			}),
			one.money !== null && a(Gauge, {
				used: one.used_money,
				most: one.money,
				text: `${money(one.used_money, currency)} / ${money(one.money, currency)}`
			}),
			a("span", {
				class: "fine",
				children: t("usage.resets", { time: moment(Date.parse(one.resets)) })
			})
		] }, one.name + one.period))
	})] });
}
function Gauge({ used, most, text }) {
	return a("span", {
		class: "gauge",
		children: [a("meter", {
			min: 0,
			max: most || 1,
			value: Math.min(used, most || 1),
			"aria-label": text
		}), a("span", {
			class: "fine",
			children: text
		})]
	});
}
function compact(value) {
	return number$1(value, {
		notation: value >= 1e5 ? "compact" : "standard",
		maximumFractionDigits: 1
	});
}
// src/ui/App.tsx
function App() {
	const { title } = current.value;
	A$3(() => {
		document.title = view$1.value === "usage" ? `${t("usage")} · openk2` : title ? `${title} · openk2` : "openk2";
	}, [title, view$1.value]);
	A$3(() => {
		addEventListener("keydown", onKey);
		addEventListener("popstate", followAddress);
		return () => {
			removeEventListener("keydown", onKey);
			removeEventListener("popstate", followAddress);
		};
	}, []);
	const withArtifact = openArtifact.value !== null && view$1.value === "chat";
	return a("div", {
		class: `page ${sidebarOpen.value ? "with-sidebar" : ""} ${withArtifact ? "with-artifact" : ""}`,
		children: [
			a(Sidebar, {}),
			a("div", {
				class: "main",
				...view$1.value === "chat" && dropTarget,
				children: [
					a(Header, {}),
					a(Notices, {}),
					view$1.value === "usage" ? a(UsagePage, {}) : a($$1, { children: [a(Thread, {}), a(Composer, {})] }),
					dropping.value && a("div", {
						class: "drop",
						"aria-hidden": "true",
						children: t("files.drop")
					})
				]
			}),
			withArtifact && a(ArtifactPanel, {}),
			settingsOpen.value && a(SettingsDialog, {}),
			signInOpen.value && a(SignInDialog, {}),
			sharing.value && a(ShareDialog, { id: sharing.value }, sharing.value),
			reviewing.value && a(FileReview, {}),
			a("div", {
				class: "unseen",
				role: "status",
				children: announcement.value
			})
		]
	});
}
function Header() {
	const begin = () => {
		startNew();
		showChat();
		focusComposer();
	};
	return a("header", {
		class: "bar",
		children: [
			a("button", {
				class: "quiet square",
				"aria-label": t("conversations"),
				title: `${t("conversations")} (Ctrl B)`,
				"aria-expanded": sidebarOpen.value,
				"aria-controls": "sidebar",
				onClick: () => sidebarOpen.value = !sidebarOpen.value,
				children: a(MenuIcon, {})
			}),
			view$1.value === "usage" ? a("h1", { children: t("usage") }) : a(ModelPicker, {}),
			a("span", { class: "space" }),
			a("button", {
				class: "quiet square",
				"aria-label": t("newChat"),
				title: t("newChat"),
				onClick: begin,
				children: a(PlusIcon, {})
			})
		]
	});
}
function ModelPicker() {
	const name = model.value?.id ?? "openk2";
	if (models.value.length < 2) return a("h1", { children: name });
	return a($$1, { children: [a("h1", {
		class: "unseen",
		children: current.value.title || "openk2"
	}), a("select", {
		class: "model-picker",
		"aria-label": t("model"),
		value: name,
		onChange: (event) => changeSettings({ model: event.currentTarget.value }),
		children: models.value.map((one) => a("option", {
			value: one.id,
			children: one.id
		}, one.id))
	})] });
}
function Notices() {
	const { accounts, keys_required: needed, user } = session.value;
	return a($$1, { children: [
		connectionProblem.value && a(Notice, {
			text: connectionProblem.value,
			action: t("tryAgain"),
			act: () => void connect()
		}),
		accounts && needed && !user && a(Notice, {
			text: t("signIn.needed"),
			action: t("signIn"),
			act: () => signInOpen.value = true
		}),
		storeProblem.value && a(Notice, {
			text: t("store.problem", { problem: storeProblem.value }),
			act: () => storeProblem.value = null
		}),
		transferProblem.value && a(Notice, {
			text: transferProblem.value,
			act: () => transferProblem.value = null
		})
	] });
}
function Notice({ text, action, act }) {
	return a("div", {
		class: "notice",
		role: "alert",
		children: [a("span", { children: text }), a("button", {
			class: "quiet",
			"aria-label": action ? void 0 : t("close"),
			onClick: act,
			children: action ?? a(CloseIcon, {})
		})]
	});
}
function onKey(event) {
	if (event.isComposing) return;
	const control = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
	if (control && event.key.toLowerCase() === "k") {
		event.preventDefault();
		sidebarOpen.value = true;
		requestAnimationFrame(() => document.querySelector("#search")?.focus());
	} else if (control && event.key.toLowerCase() === "b") {
		event.preventDefault();
		sidebarOpen.value = !sidebarOpen.value;
	} else if (event.key === "Escape" && !somethingIsOpen()) {
		if (isAnswering.value) stop();
		else if (openArtifact.value !== null) openArtifact.value = null;
		else if (narrow.matches) sidebarOpen.value = false;
	}
}
var dropping = y$3(false);
var holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
var dropTarget = {
	onDragOver(event) {
		if (!holdsFiles(event)) return;
		event.preventDefault();
		dropping.value = true;
	},
	onDragLeave(event) {
		if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) dropping.value = false;
	},
	onDrop(event) {
		if (!holdsFiles(event)) return;
		event.preventDefault();
		dropping.value = false;
		attach(currentId.value, event.dataTransfer.files);
		focusComposer();
	}
};
// src/main.tsx
connect();
begin();
Q$2(a(App, {}), document.getElementById("app"));
export { number$1 as a, day as i, renderBlock as n, t as o, escapeHtml as r, branch as s, BlockSplitter as t };
