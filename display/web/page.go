package web

import (
	"html/template"
	"net/http"
)

// page is one HTML document: a shell that loads one module and one sheet.
type page struct {
	name     string   // pages/<name>.js and pages/<name>.css
	title    string   // until the page knows the hall
	dark     bool     // walls are dark, everything else is paper
	patterns []string // addresses without the method
	of       string   // what in the address is the id of the one it is about
}

func pages() []page {
	return []page{
		{name: "index", title: "大厅页面", patterns: []string{"/{$}"}},
		{name: "kiosk", title: "取号机", patterns: []string{"/kiosk", "/kiosk/{kiosk}"}, of: "kiosk"},
		{name: "window", title: "叫号台", patterns: []string{"/window", "/window/{window}"}, of: "window"},
		{name: "wall", title: "叫号大屏", dark: true, patterns: []string{"/wall", "/wall/{wall}"}, of: "wall"},
		{name: "manager", title: "值班总览", dark: true, patterns: []string{"/manager"}},
		{name: "hardware", title: "仿真设备", dark: true, patterns: []string{"/hardware"}},
		{name: "figures", title: "业务统计", patterns: []string{"/figures"}},
		{name: "ratings", title: "评价统计", patterns: []string{"/ratings"}},
		{name: "staff", title: "窗口人员", patterns: []string{"/staff"}},
		{name: "followups", title: "差评整改", patterns: []string{"/followups"}},
		{name: "search", title: "查找号码", patterns: []string{"/trail"}},
		{name: "trail", title: "号码轨迹", patterns: []string{"/trail/{day}/{number}"}},
		{name: "settings", title: "大厅设置", patterns: []string{"/settings"}},
		{name: "enrol", title: "登记屏幕", patterns: []string{"/enrol"}},
		{name: "signin", title: "登录", patterns: []string{"/signin"}},
		{name: "ticket", title: "我的号码", patterns: []string{"/t/{token}"}, of: "token"},
	}
}

// page serves the shell. It is never kept, so that the addresses of the files
// in it always belong to the running build. Where the hall has none of that id
// the page is the same, and tells which there are.
func (s *server) page(p page) http.Handler {
	shell := template.Must(template.New(p.name).Parse(shellText))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		if id := r.PathValue(p.of); id != "" && !s.options.Known(r.Context(), p.of, id) {
			w.WriteHeader(http.StatusNotFound)
		}
		// An error here means that the browser went away.
		_ = shell.Execute(w, map[string]any{
			"Name": p.name, "Title": p.title, "Dark": p.dark, "Build": s.options.Build,
		})
	})
}

const shellText = `<!doctype html>
<html lang="zh-CN"{{if .Dark}} class="dark"{{end}}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="lobby-build" content="{{.Build}}">
<title>{{.Title}}</title>
<link rel="icon" href="/ui/{{.Build}}/lib/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/ui/{{.Build}}/lib/tokens.css">
<link rel="stylesheet" href="/ui/{{.Build}}/pages/{{.Name}}.css">
<script type="module" src="/ui/{{.Build}}/pages/{{.Name}}.js"></script>
</head>
<body class="page-{{.Name}}">
<div id="app"></div>
<noscript>需要开启 JavaScript。</noscript>
</body>
</html>
`
