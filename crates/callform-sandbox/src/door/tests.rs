use super::*;
use http::Request;

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=any/20261121/us-west-2/";
const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

fn signed(service: &str) -> (&'static str, String) {
    ("authorization", format!("{SIGNED}{service}/aws4_request, SignedHeaders=host, Signature=0"))
}

fn try_in(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<Admitted, AwsError> {
    try_with(method, uri, headers, true)
}

fn try_with(method: &str, uri: &str, headers: &[(&str, &str)], has_body: bool) -> Result<Admitted, AwsError> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    admit(&request.body(()).unwrap().into_parts().0, has_body)
}

fn code(result: Result<Admitted, AwsError>) -> String {
    result.unwrap_err().code
}

#[test]
fn hosts_of_this_machine_and_no_others() {
    let own = [
        "localhost",
        "LOCALHOST:4566",
        "127.0.0.1:80",
        "127.8.9.1",
        "[::1]:4566",
        "[::1]",
        "bucket.localhost:4566",
        "my.bucket.s3.localhost",
        "bucket.127.0.0.1:4566",
        "my.bucket.127.0.0.1",
    ];
    for host in own {
        assert!(is_loopback(host), "{host}");
    }
    let foreign = [
        "",
        ":80",
        "example.com",
        "localhost.example.com",
        "notlocalhost",
        ".localhost",
        "127.0.0.1.example.com",
        "127.0.0.1.nip.io:4566",
        "x127.0.0.1",
        "0.0.0.0:4566",
        "128.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "[::]:4566",
        "[::ffff:10.0.0.1]",
        "[::1",
        "10.0.0.1",
        "localhost:4566:1",
        "localhost:port",
        "localhost:",
        "user@localhost",
        "example.com/.localhost",
        "a b.localhost",
    ];
    for host in foreign {
        assert!(!is_loopback(host), "{host}");
    }
}

#[test]
fn a_host_is_named_once_and_is_this_machine() {
    let (name, value) = signed("ssm");
    let with = |hosts: &[(&str, &str)], uri: &str| {
        let headers: Vec<_> = hosts.iter().copied().chain([(name, value.as_str()), JSON]).collect();
        try_in("POST", uri, &headers)
    };
    assert_eq!(with(&[("host", "localhost:1")], "/").unwrap().service, Service::Ssm);
    assert_eq!(code(with(&[], "/")), "AccessDeniedException");
    assert_eq!(code(with(&[("host", "localhost"), ("host", "localhost")], "/")), "AccessDeniedException");
    assert_eq!(code(with(&[("host", "localhost")], "http://rebound.example/")), "AccessDeniedException");
    let refused = with(&[("host", "rebound.example:4566")], "/").unwrap_err();
    assert!(refused.status == 403 && refused.message.contains("`rebound.example:4566`"), "{refused}");
}

#[test]
fn what_a_browser_adds_is_refused() {
    let (name, value) = signed("ssm");
    let with = |header: &str, content: &str| {
        try_in("POST", "/", &[("host", "127.0.0.1:4566"), (name, &value), JSON, (header, content)])
    };
    for origin in
        ["http://example.com", "null", "https://127.0.0.1:4566", "http://127.0.0.1:8080", "http://localhost:4566", ""]
    {
        let refused = with("origin", origin).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (403, "AccessDeniedException"), "{origin}");
    }
    with("origin", "http://127.0.0.1:4566").unwrap();
    for site in ["cross-site", "same-site", "rubbish"] {
        assert_eq!(code(with("sec-fetch-site", site)), "AccessDeniedException");
    }
    with("sec-fetch-site", "none").unwrap();
    // Node's own `fetch` sends this one.
    with("sec-fetch-mode", "cors").unwrap();
}

#[test]
fn signatures_of_any_key_but_no_other_authorization() {
    let host = ("host", "localhost");
    let missing = "MissingAuthenticationTokenException";
    assert_eq!(code(try_in("GET", "/2015-03-31/functions", &[host])), missing);
    assert_eq!(code(try_in("POST", "/", &[host, JSON, ("x-amz-target", "AmazonSSM.GetParameter")])), missing);
    let not_aws =
        ["Basic YTpi", "Bearer abc", "Credential=a/20261121/us-west-2/ssm/aws4_request", "AWS4-HMAC-SHA256 a", "AWS"];
    for authorization in not_aws {
        assert_eq!(code(try_in("POST", "/", &[host, JSON, ("authorization", authorization)])), missing);
    }
    let (name, value) = signed("ssm");
    assert_eq!(code(try_in("POST", "/", &[host, JSON, (name, &value), (name, &value)])), missing);
    let (name, value) = signed("polly");
    let unknown = try_in("POST", "/", &[host, (name, &value)]).unwrap_err();
    assert_eq!((unknown.status, unknown.message.as_str()), (501, "The sandbox does not have the service polly."));
    assert_eq!(try_in("GET", "/b/k", &[host, ("authorization", "AWS any:c2ln")]).unwrap().service, Service::S3);
    assert_eq!(
        try_in("GET", "/b/k?AWSAccessKeyId=any&Signature=a%3D&Expires=1796008700", &[host]).unwrap().service,
        Service::S3
    );
}

#[test]
fn links_may_read_but_not_change() {
    let by = |method: &str, query: &str, service: &str| {
        let uri = format!(
            "/b/k?{query}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=any%2F20261121%2Feu-west-2%2F{service}%2Faws4_request&X-Amz-Date=20261130T021820Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
        );
        try_with(method, &uri, &[("host", "localhost")], false)
    };
    let link = |query: &str, service: &str| by("GET", query, service);
    let admitted = link("", "s3").unwrap();
    assert_eq!((admitted.service, admitted.region.as_deref()), (Service::S3, Some("eu-west-2")));
    assert_eq!(link("Action=GetCallerIdentity&", "sts").unwrap().service, Service::Sts);
    assert_eq!(code(link("Action=CreateStack&", "cloudformation")), "AccessDeniedException");
    assert_eq!(code(link("Action=GetRole&Action=DeleteRole&", "iam")), "AccessDeniedException");
    assert_eq!(code(by("HEAD", "Action=CreateRole&", "iam")), "AccessDeniedException");
    for service in ["cloudformation", "iam", "connect", "lambda"] {
        assert_eq!(code(by("POST", "", service)), "AccessDeniedException", "{service}");
    }
    assert_eq!(by("PUT", "", "s3").unwrap().service, Service::S3);
    let half = "/b/k?X-Amz-Credential=any%2F20261121%2Feu-west-2%2Fs3%2Faws4_request";
    assert_eq!(code(try_in("GET", half, &[("host", "localhost")])), "MissingAuthenticationTokenException");
}

#[test]
fn content_types_of_each_protocol() {
    let with = |service: &str, method: &str, uri: &str, content_type: Option<&str>| {
        let (name, value) = signed(service);
        let mut headers = vec![("host", "localhost"), (name, value.as_str())];
        headers.extend(content_type.map(|content_type| ("content-type", content_type)));
        try_in(method, uri, &headers)
    };
    let of_forms = ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=a", "rubbish"];
    for wrong in of_forms.into_iter().chain(["application/x-www-form-urlencoded"]) {
        for (service, method, uri) in [
            ("ssm", "POST", "/"),
            ("connect", "PUT", "/queues/i"),
            ("lambda", "POST", "/2015-03-31/functions/f/invocations"),
            ("s3", "POST", "/b?delete"),
        ] {
            let refused = with(service, method, uri, Some(wrong)).unwrap_err();
            assert_eq!((refused.status, refused.code.as_str()), (415, "UnsupportedMediaTypeException"), "{service}");
        }
    }
    for wrong in of_forms {
        assert_eq!(code(with("sts", "POST", "/", Some(wrong))), "UnsupportedMediaTypeException");
    }
    assert_eq!(code(with("ssm", "POST", "/", None)), "UnsupportedMediaTypeException");
    assert_eq!(code(with("ssm", "GET", "/", Some(JSON.1))), "MethodNotAllowed");
    with("sts", "POST", "/", Some(FORM.1)).unwrap();
    with("dynamodb", "POST", "/", Some("application/x-amz-json-1.0")).unwrap();
    with("lambda", "POST", "/2015-03-31/functions/f/invocations", None).unwrap();
    with("lambda", "POST", "/2015-03-31/functions/f/invocations", Some("application/octet-stream")).unwrap();
    with("s3", "POST", "/b?delete", None).unwrap();
    with("monitoring", "POST", "/", Some(FORM.1)).unwrap();
    let binary = |content_type: &str| {
        let (name, value) = signed("monitoring");
        let headers = [("host", "localhost"), (name, value.as_str()), ("smithy-protocol", "rpc-v2-cbor")];
        try_in("POST", "/", &[&headers[..], &[("content-type", content_type)]].concat())
    };
    binary("application/cbor").unwrap();
    assert_eq!(code(binary("text/plain")), "UnsupportedMediaTypeException");
    for own in ["text/html", "", "application/x-www-form-urlencoded"] {
        with("s3", "PUT", "/b/page", Some(own)).unwrap();
    }
}

#[test]
fn refusals_are_in_the_words_of_the_service() {
    let text = |headers: &[(&str, &str)]| {
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let head = request.body(()).unwrap().into_parts().0;
        match refuse(&head, admit(&head, true).unwrap_err()).body {
            crate::protocol::answer::Content::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let host = ("host", "localhost");
    assert!(text(&[host, FORM]).contains("<Code>MissingAuthenticationToken</Code>"));
    assert!(text(&[host, ("x-amz-target", "a.b")]).contains(r#""__type":"MissingAuthenticationTokenException""#));
    let (name, value) = signed("s3");
    assert!(text(&[("host", "rebound.example"), (name, &value)]).contains("<Code>AccessDenied</Code>"));
}
